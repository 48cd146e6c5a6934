using System.Buffers;
using System.Numerics.Tensors;
using System.Text.Json;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Embeddings;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Caching.Semantic.Embedders;

/// <summary>Questions of one caller that go to an alias in one call.</summary>
/// <param name="call">Who pays.</param>
internal sealed class EmbeddingBatch(OwnCall call)
{
    /// <summary>Most questions of one call.</summary>
    public const int MostTexts = 32;

    private readonly TaskCompletionSource<(EmbeddingResult Result, float[][] Vectors)> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Who pays.</summary>
    public OwnCall Call => call;

    /// <summary>The questions; nobody adds any once the call is made.</summary>
    public List<string> Texts { get; } = new(1);

    /// <summary>What comes of it: a vector for each question where there are any.</summary>
    public Task<(EmbeddingResult Result, float[][] Vectors)> Task => _completion.Task;

    /// <summary>Ends it.</summary>
    public void End(EmbeddingResult result, float[][] vectors) => _completion.TrySetResult((result, vectors));

    /// <summary>The request's body.</summary>
    public ReadOnlyMemory<byte> Body(string alias)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, alias);
            json.WriteStartArray("input"u8);
            foreach (var text in Texts)
            {
                json.WriteStringValue(text);
            }
            json.WriteEndArray();
            json.WriteString("encoding_format"u8, "float"u8);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    /// <summary>Reads the vectors.</summary>
    /// <param name="answer">The answer's body.</param>
    /// <param name="dimensions">How many numbers each must have.</param>
    /// <param name="problem">What is wrong with it, for the log; empty where nothing is.</param>
    /// <returns>A vector of unit length for each question; null where one is missing, of another size, zero, or has numbers that are not finite.</returns>
    public float[][]? Read(ReadOnlyMemory<byte> answer, int dimensions, out string problem)
    {
        List<float[]> vectors;
        try
        {
            vectors = EmbeddingsCodec.Of(EmbeddingsForm.OpenAI).ReadAnswer(answer).Vectors;
        }
        catch (ChatFormatException e)
        {
            problem = e.Message;
            return null;
        }
        if (vectors.Count != Texts.Count)
        {
            problem = $"it has {vectors.Count} vectors for {Texts.Count} questions";
            return null;
        }
        foreach (var vector in vectors)
        {
            if (vector.Length != dimensions)
            {
                problem = $"a vector has {vector.Length} numbers, where 'embedder.dimensions' says {dimensions}";
                return null;
            }
            if (!TensorPrimitives.IsFiniteAll<float>(vector) || !UnitVector.TryNormalize(vector))
            {
                problem = "a vector is zero, or has numbers that are not finite";
                return null;
            }
        }
        problem = "";
        return [.. vectors];
    }
}
