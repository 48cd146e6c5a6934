using System.Buffers;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.Moderation;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>One request to judge texts in a provider's own form: several calls where it takes fewer texts.</summary>
internal sealed class ModerationCalls : FormCalls
{
    private readonly ModerationForm _form;
    private readonly RequestBody _source;
    private readonly string _model;
    private readonly FormBody[] _bodies;
    private readonly int[] _counts;
    private readonly ModerationAnswer[] _answers;

    /// <summary>Writes the calls.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="form">The provider's form.</param>
    /// <param name="source">The caller's body.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">It cannot be said to this provider.</exception>
    public ModerationCalls(ModerationRequest request, ModerationForm form, RequestBody source, Translation translation)
    {
        _form = form;
        _source = source;
        _model = translation.Model;
        Path = form.PathOf(request);
        var calls = Math.Max(1, (request.Inputs.Count + form.MostInputs - 1) / form.MostInputs);
        (_bodies, _counts, _answers) = (new FormBody[calls], new int[calls], new ModerationAnswer[calls]);
        for (var i = 0; i < calls; i++)
        {
            var start = i * form.MostInputs;
            var count = Math.Min(form.MostInputs, request.Inputs.Count - start);
            _bodies[i] = form.WriteRequest(request, start, count, i == 0 ? translation : new Translation { Model = translation.Model, Traits = translation.Traits });
            _counts[i] = request.Conversation.IsAbsent ? count : 1;
        }
    }

    public override string? Path { get; }

    public override int Count => _bodies.Length;

    public override HttpContent ContentOf(int number) => new FileBodyContent(_bodies[number], _source);

    public override ProviderError? Read(int number, HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        var answer = _form.ReadAnswer(body);
        if (answer.Results.Count != _counts[number])
        {
            throw new ChatFormatException($"The provider answered {_counts[number]} texts with {answer.Results.Count} judgements.");
        }
        _answers[number] = answer;
        return null;
    }

    public override Usage? Merge()
    {
        Model = _answers[0].Model;
        for (var i = 1; i < _answers.Length; i++)
        {
            _answers[0].Results.AddRange(_answers[i].Results);
            _answers[0].Usage = _answers[0].Usage is null || _answers[i].Usage is null ? null : Usage.Sum(_answers[0].Usage, _answers[i].Usage);
        }
        return _answers[0].Usage;
    }

    public override void Write(Usage? usage, IBufferWriter<byte> output) => _answers[0].Write(_model, output);
}
