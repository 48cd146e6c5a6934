using System.Buffers;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>Several answers (<c>n</c>) of a model that gives one: as many equal calls, whose answers become the choices of one.</summary>
/// <remarks>All or nothing: one call that fails fails the attempt. What the calls consumed is summed, the prompt as often as it was sent.</remarks>
internal sealed class ChoiceCalls : FormCalls
{
    private readonly Exchange _exchange;
    private readonly AttemptRecord _attempt;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly ChatCodec _from;
    private readonly ChatResponse[] _answers;
    private readonly ChatResponse _merged;
    private readonly List<Usage> _usages = [];

    private ChoiceCalls(Exchange exchange, AttemptRecord attempt, ReadOnlyMemory<byte> body, int count)
    {
        _exchange = exchange;
        _attempt = attempt;
        _from = Translations.CodecFor(attempt);
        _body = body;
        _answers = new ChatResponse[count];
        _merged = new ChatResponse { Source = _from.Dialect };
    }

    public override string? Path => null;

    public override int Count => _answers.Length;

    public override IReadOnlyList<Usage> UsageOfCalls => _usages;

    /// <summary>The calls of an attempt; null where one is enough.</summary>
    /// <exception cref="ChatFormatException">The request cannot be read, or asks for more answers than its alias grants.</exception>
    public static ChoiceCalls? For(AttemptServices services, Exchange exchange, AttemptRecord attempt, IHeaderDictionary callerHeaders)
    {
        var request = exchange.Request!;
        if (attempt.Dialect is not { } dialect || dialect == ChatDialects.Of(request.Operation))
        {
            return null;
        }
        var chat = Translations.ChatOf(exchange, services.Conversations);
        if (chat.Candidates is not > 1 || Translations.CodecFor(attempt).GivesSeveralAnswers(attempt.UpstreamModel))
        {
            return null;
        }
        var (count, most) = (chat.Candidates.Value, exchange.Plan!.Alias.MaxChoices);
        if (count > most)
        {
            var member = request.Operation == Operation.GenerateContent ? "generationConfig.candidateCount" : "n";
            throw new ChatFormatException($"'{member}' is {count}, but the model behind this name gives one answer to a call, and at most {most} calls are made for one request. Ask for {most} or fewer.", member);
        }
        // What is written asks for one answer; the next attempt may be at a provider that gives several.
        chat.Candidates = null;
        try
        {
            return new ChoiceCalls(exchange, attempt, AttemptRequests.Write(services, exchange, attempt, dialect, callerHeaders), count);
        }
        finally
        {
            chat.Candidates = count;
        }
    }

    public override HttpContent ContentOf(int number) => Translations.Json(_body);

    public override ProviderError? Read(int number, HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        _answers[number] = _from.ReadResponse(body);
        return null;
    }

    public override Usage? Merge()
    {
        var first = _answers[0];
        (_merged.Id, _merged.Model, _merged.Created, _merged.ServiceTier) = (first.Id, first.Model, first.Created, first.ServiceTier);
        for (var i = 0; i < _answers.Length; i++)
        {
            if (_answers[i].Candidates is not [var candidate, ..])
            {
                throw new ChatFormatException($"Answer {i + 1} of {_answers.Length} is empty.");
            }
            candidate.Index = i;
            _merged.Candidates.Add(candidate);
            if (_answers[i].Usage is { } usage)
            {
                _usages.Add(usage);
            }
        }
        Model = first.Model.Length > 0 ? first.Model : null;
        ServiceTier = first.ServiceTier;
        FinishReason = _merged.Candidates[0].NativeFinish;
        return _usages.Count == 0 ? null : Usage.Sum(_usages);
    }

    public override void Write(Usage? usage, IBufferWriter<byte> output)
    {
        _merged.Usage = usage;
        var request = _exchange.Request!;
        var translation = new Translation { Model = request.Model };
        ChatCodecs.Of(ChatDialects.Of(request.Operation)!.Value).WriteResponse(_merged, Translations.RequestFor(_exchange), translation, output);
        Translations.LoseOfAnswer(_attempt, translation);
    }
}
