using System.Buffers;
using System.Text;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>Reads the provider's dialect and writes the caller's. Where both are the same the provider's bytes pass, and reading serves metering alone.</summary>
/// <remarks>Several calls that each give one answer (<see cref="ChoiceCalls"/>) come interleaved, and become the candidates of one stream.</remarks>
internal sealed class TranslatedEvents : EventReading
{
    private readonly ChatCodec _from;
    private readonly ChatStreamDecoder _decoder;
    private readonly ChatStreamDecoder[] _choices;
    private readonly Usage?[] _usages;
    private readonly ChatStreamEncoder _encoder;
    private readonly ChatStream _stream;
    private readonly ToolNames? _names;
    private readonly CustomTools? _customs;
    private readonly bool _samePassesBytes;
    private readonly bool _asArray;
    private bool _arrayBegun;
    private readonly List<ChatEvent> _steps = [];
    private readonly List<ChatEvent> _ordered = [];
    private readonly ArrayBufferWriter<byte> _written = new(1024);
    private TokenCounter _tokens;
    private ProviderError? _error;

    /// <summary>A processor for one stream.</summary>
    /// <param name="from">The provider's dialect.</param>
    /// <param name="to">The caller's.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="asArray">Whether a Gemini caller gets one JSON array and no events (<see cref="GatewayRequest.StreamsAsArray"/>).</param>
    /// <param name="choices">How many calls are interleaved; 1 for a provider's stream as it is.</param>
    public TranslatedEvents(ChatCodec from, ChatCodec to, ChatRequest request, bool asArray, int choices = 1)
    {
        _from = from;
        _decoder = from.CreateDecoder();
        _choices = new ChatStreamDecoder[choices];
        _choices[0] = _decoder;
        for (var i = 1; i < choices; i++)
        {
            _choices[i] = from.CreateDecoder();
        }
        _usages = new Usage?[choices];
        _asArray = asArray;
        _encoder = asArray ? GeminiCodec.Instance.CreateEncoder(request, asArray: true) : to.CreateEncoder(request);
        _stream = new ChatStream(from.Dialect);
        _names = ToolNames.Of(request, from.Dialect);
        _customs = CustomTools.Of(request, from.Dialect);
        _samePassesBytes = choices == 1 && from.Dialect == to.Dialect && from.Framing == to.Framing;
    }

    /// <summary>Keeps the whole answer; null where the gateway keeps none.</summary>
    public Func<ChatResponse, Task>? Keep { get; init; }

    public override ProviderError? Error => _error;

    public override bool IsComplete => _error is null && (AllComplete || (_stream.IsFinished && _stream.Response.Candidates.Count >= _choices.Length));

    public override bool TerminalSeen => _error is null && AllComplete;

    public override string? Model => _stream.Response.Model is { Length: > 0 } model ? model : null;

    public override string? ServiceTier => _stream.Response.ServiceTier;

    public override string? FinishReason => _stream.Response.Candidates is [var first, ..] ? first.NativeFinish : null;

    public override Usage? Usage => _stream.Response.Usage;

    public override IReadOnlyList<Usage> UsageOfCalls => _choices.Length == 1 ? [] : [.. _usages.OfType<Usage>()];

    public override int EstimatedOutputTokens => _tokens.Tokens;

    private bool AllComplete => _choices.Length == 1 ? _decoder.IsComplete : Array.TrueForAll(_choices, static choice => choice.IsComplete);

    public override int FindEventEnd(ReadOnlySpan<byte> buffer, ref int scanned) =>
        _choices.Length > 1 ? InterleavedStream.FindEnd(buffer) : EventFraming.FindEnd(_from.Framing, buffer, ref scanned);

    public override StreamEventKind Process(ReadOnlySpan<byte> bytes, bool committed, ref OutputBuffer output)
    {
        _steps.Clear();
        try
        {
            if (_choices.Length == 1)
            {
                _decoder.Decode(bytes, _steps);
            }
            else
            {
                DecodeChoice(bytes);
            }
        }
        catch (ChatFormatException)
        {
            return StreamEventKind.Malformed;
        }
        var hadContent = _stream.HasContent;
        var error = Push();
        if (error is null || committed)
        {
            Write(bytes, ref output);
        }
        if (error is not null)
        {
            _error = error;
            return StreamEventKind.Error;
        }
        return _steps.Count == 0 ? StreamEventKind.Comment
            : AllComplete ? StreamEventKind.Terminal
            : _stream.HasContent && (!hadContent || HasDelta()) ? StreamEventKind.Content
            : StreamEventKind.Preamble;
    }

    public override void Complete(ref OutputBuffer output)
    {
        if (_samePassesBytes)
        {
            if (_asArray)
            {
                output.Append("]"u8);
            }
            return;
        }
        _ordered.Clear();
        _stream.Complete(_ordered);
        Encode(ref output);
    }

    public override Task KeepAsync()
    {
        _customs?.Restore(_stream.Response);
        return Keep?.Invoke(_stream.Response) ?? Task.CompletedTask;
    }

    public override void Fail(Rejection rejection, int eventsSoFar, ref OutputBuffer output)
    {
        var traits = Rejections.TraitsOf(rejection.Reason);
        var kind = rejection.Reason == RejectionReason.Draining ? ProviderErrorKind.Overloaded : ProviderErrorKind.ServerError;
        _ordered.Clear();
        _ordered.Add(new ChatEvent(ChatEventKind.Error)
        {
            Error = new ProviderError(rejection.Message, rejection.Type ?? traits.Type, rejection.Code ?? traits.Code, rejection.Param, kind),
        });
        Encode(ref output);
    }

    /// <summary>One call's event: its answer is the candidate of the call's number, and its usage a part of the whole.</summary>
    private void DecodeChoice(ReadOnlySpan<byte> interleaved)
    {
        var bytes = InterleavedStream.Open(interleaved, out var call);
        _choices[call].Decode(bytes, _steps);
        for (var i = 0; i < _steps.Count; i++)
        {
            var step = _steps[i];
            if (step is { Kind: ChatEventKind.Usage, Usage: { } usage })
            {
                _usages[call] = usage;
                step = step with { Usage = Protocols.Usage.Sum(UsageOfCalls), Data = null };
            }
            _steps[i] = step with { Candidate = call };
        }
    }

    private ProviderError? Push()
    {
        _ordered.Clear();
        foreach (var step in _steps)
        {
            if (step.Kind == ChatEventKind.Error)
            {
                _stream.Push(step, _ordered);
                return step.Error ?? new ProviderError("The provider reported an error without a message.", null, null, null, ProviderErrorKind.ServerError);
            }
            if (step is { Kind: ChatEventKind.PartDelta, Text: { } text })
            {
                CountTokens(text);
            }
            _stream.Push(_names?.Restore(step) ?? step, _ordered);
        }
        return null;
    }

    private void CountTokens(string text)
    {
        Span<byte> utf8 = stackalloc byte[512];
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var part = rest[..Math.Min(rest.Length, 128)];
            _tokens.Append(utf8[..Encoding.UTF8.GetBytes(part, utf8)]);
            rest = rest[part.Length..];
        }
    }

    private bool HasDelta()
    {
        foreach (var step in _steps)
        {
            if (step.Kind is ChatEventKind.PartDelta or ChatEventKind.PartStart or ChatEventKind.Finish)
            {
                return true;
            }
        }
        return false;
    }

    private void Write(ReadOnlySpan<byte> bytes, ref OutputBuffer output)
    {
        if (!_samePassesBytes)
        {
            Encode(ref output);
        }
        else if (!_asArray)
        {
            output.Append(bytes);
        }
        else if (SseFraming.Parse(bytes).Data is { Exists: true } data)
        {
            output.Append(_arrayBegun ? ",\r\n"u8 : "["u8);
            output.Append(data.Of(bytes));
            _arrayBegun = true;
        }
    }

    private void Encode(ref OutputBuffer output)
    {
        _customs?.Restore(_ordered);
        foreach (var step in _ordered)
        {
            _encoder.Write(step, _written);
        }
        output.Append(_written.WrittenSpan);
        _written.ResetWrittenCount();
    }
}
