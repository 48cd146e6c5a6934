using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Embeddings;

/// <summary>The calls that one request is at a provider that takes fewer inputs, and one answer from theirs.</summary>
public sealed class EmbeddingsPlan
{
    private readonly EmbeddingsCodec _target;
    private readonly EmbeddingsRequest _request;
    private readonly List<int> _counts = [];

    /// <summary>Writes the bodies.</summary>
    /// <param name="request">The whole request.</param>
    /// <param name="target">The provider's form.</param>
    /// <param name="translation">Takes what was lost, once for all calls.</param>
    /// <exception cref="ChatFormatException">An input is of a kind that the provider does not take.</exception>
    public EmbeddingsPlan(EmbeddingsRequest request, EmbeddingsCodec target, Translation translation)
    {
        _request = request;
        _target = target;
        var bodies = new List<ReadOnlyMemory<byte>>();
        var start = 0;
        do
        {
            var count = CountFrom(request, start, target, translation.Model);
            var part = count == request.Inputs.Count ? request : request.Slice(start, count);
            var output = new ArrayBufferWriter<byte>();
            // What the first call loses all lose.
            var losses = start == 0 ? translation : new Translation { Model = translation.Model, Traits = translation.Traits };
            target.WriteRequest(part, losses, output);
            bodies.Add(output.WrittenMemory);
            _counts.Add(count);
            start += count;
        }
        while (start < request.Inputs.Count);
        Bodies = bodies;
    }

    /// <summary>A body for each call, in the order of the inputs.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Bodies { get; }

    /// <summary>Puts the answers together: vectors in the order of the inputs, usage summed. The id and model are the first one's.</summary>
    /// <param name="answers">An answer for each of <see cref="Bodies"/>, in their order.</param>
    /// <exception cref="ChatFormatException">One is no answer, or has another number of vectors than its call had inputs.</exception>
    public EmbeddingsAnswer Merge(IReadOnlyList<ReadOnlyMemory<byte>> answers)
    {
        if (answers.Count != Bodies.Count)
            throw new ArgumentException($"{Bodies.Count} calls have {answers.Count} answers.", nameof(answers));
        var read = new List<EmbeddingsAnswer>(answers.Count);
        foreach (var answer in answers)
            read.Add(_target.ReadAnswer(answer));
        return Merge(read);
    }

    /// <summary>The same for answers that were read.</summary>
    /// <exception cref="ChatFormatException">One has another number of vectors than its call had inputs.</exception>
    public EmbeddingsAnswer Merge(IReadOnlyList<EmbeddingsAnswer> answers)
    {
        if (answers.Count != Bodies.Count)
            throw new ArgumentException($"{Bodies.Count} calls have {answers.Count} answers.", nameof(answers));
        var merged = new EmbeddingsAnswer { Id = answers[0].Id, Model = answers[0].Model };
        for (var i = 0; i < answers.Count; i++)
        {
            if (answers[i].Vectors.Count != _counts[i])
                throw new ChatFormatException($"The provider answered {_counts[i]} inputs with {answers[i].Vectors.Count} vectors.");
            merged.Vectors.AddRange(answers[i].Vectors);
            merged.Usage = Usage.Sum(merged.Usage, answers[i].Usage);
        }
        if (merged.Model.Length == 0)
            merged.Model = _request.Model;
        return merged;
    }

    /// <summary>How many inputs from <paramref name="start"/> make the next call: at least one.</summary>
    private static int CountFrom(EmbeddingsRequest request, int start, EmbeddingsCodec target, string model)
    {
        var most = Math.Min(target.MostInputsOf(model), request.Inputs.Count - start);
        long characters = 0;
        for (var i = 0; i < most; i++)
        {
            characters += request.Inputs[start + i].Text?.Length ?? 0;
            if (characters > target.MostCharacters && i > 0)
                return i;
        }
        return most;
    }
}
