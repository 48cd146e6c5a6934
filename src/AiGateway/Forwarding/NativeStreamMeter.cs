using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>A native stream, watched event by event while its bytes pass. From the first event that cannot be read on, nothing more is.</summary>
internal sealed class NativeStreamMeter : AnswerMeter
{
    // Events that carry usage are small; one larger than this is not worth its memory.
    private const int LargestEvent = 1024 * 1024;

    private readonly StreamFraming _framing;
    private readonly StreamInspector? _inspector;
    private readonly ChatStreamDecoder? _decoder;
    private readonly List<ChatEvent> _steps = [];
    private OutputBuffer _pending;
    private int _scanned;
    private bool _off;
    private AnswerFigures _figures;

    /// <summary>A meter for one stream.</summary>
    /// <param name="operation">What was asked.</param>
    /// <param name="dialect">The dialect it comes in; null for OpenAI's.</param>
    /// <param name="rules">How the provider counts.</param>
    public NativeStreamMeter(Operation operation, Dialect? dialect, UsageRules rules)
    {
        if (dialect is { } spoken)
        {
            var codec = ChatCodecs.Of(spoken);
            (_decoder, _framing) = (codec.CreateDecoder(), codec.Framing);
        }
        else
        {
            _inspector = new StreamInspector(operation, rules);
        }
    }

    public override void Append(ReadOnlySpan<byte> piece)
    {
        if (_off)
        {
            return;
        }
        _pending.Append(piece);
        var ready = _pending.Ready;
        var start = 0;
        try
        {
            while (EventFraming.FindEnd(_framing, ready[start..], ref _scanned) is > 0 and var end)
            {
                Read(ready.Slice(start, end));
                start += end;
                _scanned = 0;
            }
        }
        catch (Exception e) when (e is ChatFormatException or InvalidDataException)
        {
            // Not what the path promised: metering it is no reason to disturb it.
            _off = true;
        }
        if (_off || ready.Length - start > LargestEvent)
        {
            _off = true;
            _pending.Release();
            return;
        }
        _pending.Skip(start);
    }

    public override AnswerFigures Finish()
    {
        _pending.Release();
        return _inspector is null
            ? _figures
            : new AnswerFigures(_inspector.Usage, _inspector.Model, _inspector.ServiceTier, _inspector.FinishReason, 0);
    }

    private void Read(ReadOnlySpan<byte> bytes)
    {
        if (_inspector is not null)
        {
            _inspector.Inspect(bytes);
            return;
        }
        _steps.Clear();
        _decoder!.Decode(bytes, _steps);
        foreach (var step in _steps)
        {
            _figures = step.Kind switch
            {
                ChatEventKind.Start => _figures with { Model = step.Name is { Length: > 0 } name ? name : _figures.Model, ServiceTier = step.ServiceTier ?? _figures.ServiceTier },
                ChatEventKind.Finish => _figures with { FinishReason = step.Text ?? _figures.FinishReason },
                ChatEventKind.Usage => _figures with { Usage = step.Usage ?? _figures.Usage },
                _ => _figures,
            };
        }
    }
}
