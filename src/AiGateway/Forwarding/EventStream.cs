using System.Buffers;
using System.Runtime.CompilerServices;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols.OpenAI;
using AiGateway.Providers;

namespace AiGateway.Forwarding;

/// <summary>A provider's event stream on its way to the caller: whole events only, inspected and metered as they pass, edited where the closed list says so.</summary>
/// <remarks>
/// <para>(1) <see cref="PeekAsync"/> reads until commit: enough events of content, or the end of the hold-back time. Until then a death is
/// unseen and another deployment may answer.</para>
/// <para>(2) <see cref="ReadAsync"/> passes on what has come. An event leaves as soon as it is whole: half an event is of no use to a
/// client, and after a break it would be garbage.</para>
/// <para>(3) A stream that breaks, or ends without its finish, gets an error frame and then an exception, upon which the
/// forwarder resets the connection: the official .NET client takes a cleanly ended broken stream for a whole answer.</para>
/// <para>While a stream is silent it holds no buffer: a read of zero bytes waits for data first. What waits for each event is
/// pooled, so that an event allocates nothing of ours.</para>
/// </remarks>
internal sealed class EventStream : ReadOnlyStream
{
    private const int FirstBuffer = 8 * 1024;

    // A single event beyond this is no event; images in events are a few megabytes.
    private const int LargestEvent = 64 * 1024 * 1024;

    // After the terminal event only the end of the body is expected; a provider that keeps the connection open is not waited for.
    private static readonly TimeSpan AfterTerminal = TimeSpan.FromSeconds(2);

    // A reset overtakes bytes that still stand in the send queue; the error frame gets this long to leave.
    internal static readonly TimeSpan BeforeReset = TimeSpan.FromMilliseconds(100);

    private readonly Exchange _exchange;
    private readonly AttemptRecord _attempt;
    private readonly AttemptTimer _timer;
    private readonly HttpResponseMessage _response;
    private readonly Stream _upstream;
    private readonly EventReading _events;
    private readonly AnswerSettlement _settlement;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _idle;

    private byte[]? _raw;
    private int _rawStart;
    private int _rawEnd;
    private int _scanned;
    private OutputBuffer _output;
    private Task<int>? _pendingRead;
    private int _contentEvents;
    private long _firstEventAt;
    private AttemptOutcome _failure;
    private bool _committed;
    private bool _ended;
    private bool _settled;
    private Task? _keeping;

    public EventStream(
        Exchange exchange, AttemptRecord attempt, AttemptTimer timer, HttpResponseMessage response, Stream upstream,
        EventReading processor, AnswerSettlement settlement, TimeProvider clock)
    {
        _exchange = exchange;
        _attempt = attempt;
        _timer = timer;
        _response = response;
        _upstream = upstream;
        _settlement = settlement;
        _clock = clock;
        _idle = attempt.Deployment.Timeouts.Idle;
        _events = processor;
    }

    /// <summary>The provider's error, when the stream carried one.</summary>
    public ProviderError? Error => _events.Error;

    /// <summary>Reads until commit.</summary>
    /// <returns><see cref="AttemptOutcome.Succeeded"/> at commit, else how the stream died unseen.</returns>
    public async ValueTask<AttemptOutcome> PeekAsync(HoldBackModel holdBack)
    {
        while (!_ended && _failure == AttemptOutcome.Pending && _contentEvents < holdBack.Events)
        {
            // Until something has come, the first-byte time-out is in force; after it the hold-back time.
            if (_firstEventAt == 0)
            {
                await AcceptAsync(ReadRawAsync());
                continue;
            }
            var left = holdBack.For - _clock.GetElapsedTime(_firstEventAt);
            if (left <= TimeSpan.Zero)
            {
                break;
            }
            _timer.Arm(_idle, AttemptOutcome.IdleTimeout);
            var read = ReadRawAsync().AsTask();
            if (await Task.WhenAny(read, Task.Delay(left, _clock, _timer.Token)) != read && !_timer.Token.IsCancellationRequested)
            {
                // The read goes on; what it brings is processed by whoever reads next.
                _pendingRead = read;
                break;
            }
            await AcceptAsync(new ValueTask<int>(read));
        }
        if (_failure != AttemptOutcome.Pending)
        {
            return _failure;
        }
        _committed = true;
        if (_ended)
        {
            // Shorter than what is held back: whole already, and nobody reads on to find that out.
            Settle(AttemptOutcome.Succeeded);
        }
        return AttemptOutcome.Succeeded;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_output.IsEmpty)
        {
            if (_failure != AttemptOutcome.Pending)
            {
                await ThrowBrokenAsync();
            }
            if (_ended)
            {
                return 0;
            }
            if (_pendingRead is { } pending)
            {
                await AcceptAsync(new ValueTask<int>(pending));
                _pendingRead = null;
                continue;
            }
            _timer.Arm(_events.TerminalSeen ? AfterTerminal : _idle, AttemptOutcome.IdleTimeout);
            await AcceptAsync(ReadRawAsync());
        }
        if (_keeping is { } keeping)
        {
            // Whoever reads that the response is complete may go on from it at once.
            _keeping = null;
            await keeping;
        }
        return buffer.IsEmpty ? 0 : _output.Take(buffer.Span);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Disposed before its end: the caller hung up, and the tokens that came are billed all the same.
            Settle(_failure == AttemptOutcome.Pending ? AttemptOutcome.CallerGone : _failure);
            _upstream.Dispose();
            _response.Dispose();
            _timer.Dispose();
            _output.Release();
            if (_pendingRead is null)
            {
                ReleaseRaw();
            }
        }
        base.Dispose(disposing);
    }

    /// <summary>Reads once from the upstream into the raw buffer, which is rented only when there is something to read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadRawAsync()
    {
        if (_raw is null)
        {
#pragma warning disable CA2022, MA0060 // A read of zero bytes reads nothing: it waits for data.
            await _upstream.ReadAsync(Memory<byte>.Empty, _timer.Token);
#pragma warning restore CA2022, MA0060
            _raw = ArrayPool<byte>.Shared.Rent(FirstBuffer);
            _rawStart = _rawEnd = _scanned = 0;
        }
        else if (_rawEnd == _raw.Length && !MakeRoom())
        {
            throw new InvalidDataException($"An event of more than {LargestEvent} bytes.");
        }
        return await _upstream.ReadAsync(_raw.AsMemory(_rawEnd), _timer.Token);
    }

    /// <summary>Processes what a read brought; an upstream's fault becomes <see cref="_failure"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AcceptAsync(ValueTask<int> read)
    {
        try
        {
            var length = await read;
            _rawEnd += length;
            await SocketThread.LeaveFor(_rawEnd - _rawStart);
            if (length == 0)
            {
                EndOfUpstream();
            }
            else
            {
                ProcessEvents();
            }
        }
        catch (Exception e) when (UpstreamFaults.IsUpstreamFault(e))
        {
            EndBy(UpstreamFaults.OutcomeOf(e, _timer), UpstreamFaults.Describe(e));
        }
    }

    private void ProcessEvents()
    {
        while (_failure == AttemptOutcome.Pending)
        {
            var rest = _raw.AsSpan(_rawStart, _rawEnd - _rawStart);
            var length = _events.FindEventEnd(rest, ref _scanned);
            if (length <= 0)
            {
                break;
            }
            Process(rest[..length]);
            _rawStart += length;
            _scanned = 0;
        }
        if (_rawStart == _rawEnd)
        {
            ReleaseRaw();
        }
    }

    private void Process(ReadOnlySpan<byte> bytes)
    {
        var kind = _events.Process(bytes, _committed, ref _output);
        switch (kind)
        {
            case StreamEventKind.Comment:
                return;
            case StreamEventKind.Malformed:
                Fail(AttemptOutcome.Nonsense);
                return;
            case StreamEventKind.Error:
                // After commit the provider's own words go on to the caller; before it nobody sees them.
                if (_committed && _response.RequestMessage is UpstreamRequest asked)
                {
                    SecretRedaction.Redact(ref _output, asked);
                }
                Fail(AttemptOutcome.ErrorEvent, frame: false);
                return;
        }

        if (kind == StreamEventKind.Terminal && !_committed && !_events.IsComplete)
        {
            // An end without an answer: nobody has seen anything of it.
            _attempt.Error ??= "The stream ended without an answer.";
            Fail(AttemptOutcome.Incomplete);
            return;
        }
        if (_firstEventAt == 0)
        {
            _firstEventAt = _clock.GetTimestamp();
        }
        if (kind is StreamEventKind.Content or StreamEventKind.Terminal)
        {
            _contentEvents++;
            _exchange.TimeToFirstToken ??= _clock.GetElapsedTime(_exchange.StartTimestamp);
        }
        _exchange.StreamEvents++;
    }

    private void EndOfUpstream()
    {
        if (_rawStart < _rawEnd)
        {
            // Some servers leave out the last blank line.
            var last = _raw.AsSpan(_rawStart, _rawEnd - _rawStart);
            var closed = new byte[last.Length + 2];
            last.CopyTo(closed);
            closed[^1] = closed[^2] = (byte)'\n';
            _rawStart = _rawEnd;
            Process(closed);
        }
        ReleaseRaw();
        if (_failure == AttemptOutcome.Pending)
        {
            EndBy(AttemptOutcome.Incomplete, "The stream ended without its finish.");
        }
    }

    /// <summary>The upstream gives nothing more: fine when the stream is complete, else a failure.</summary>
    private void EndBy(AttemptOutcome outcome, string description)
    {
        // Some providers end cleanly without their terminal event; a break before it is a break.
        if (outcome != AttemptOutcome.CallerGone && _events.IsComplete && (outcome == AttemptOutcome.Incomplete || _events.TerminalSeen))
        {
            _ended = true;
            _exchange.IsUnclosed = !_events.TerminalSeen;
            _events.Complete(ref _output);
            _keeping = _events.KeepAsync();
            Settle(AttemptOutcome.Succeeded);
            return;
        }
        _attempt.Error ??= description;
        Fail(outcome);
    }

    private void Fail(AttemptOutcome outcome, bool frame = true)
    {
        _failure = outcome;
        if (!_committed)
        {
            return;
        }
        if (frame && outcome != AttemptOutcome.CallerGone)
        {
            var rejection = _timer.IsDrained
                ? new Rejection(RejectionReason.Draining, "The gateway is shutting down and had to end this stream. Please send the request again.")
                : new Rejection(outcome is AttemptOutcome.IdleTimeout or AttemptOutcome.TotalTimeout ? RejectionReason.UpstreamTimeout : RejectionReason.UpstreamError,
                    $"The answer broke off: the upstream '{_attempt.Deployment.Provider.Id}' {FailureMessages.InWords(outcome)}. What came so far is not complete.");
            _events.Fail(rejection, _exchange.StreamEvents, ref _output);
        }
        Settle(outcome);
    }

    private async ValueTask ThrowBrokenAsync()
    {
        if (_failure != AttemptOutcome.CallerGone)
        {
            await Task.Delay(BeforeReset, _clock);
        }
        throw new IOException($"The upstream's stream is broken: {_failure}.");
    }

    private void Settle(AttemptOutcome outcome)
    {
        if (_settled || !_committed)
        {
            return;
        }
        _settled = true;
        _exchange.ResponseModel = _events.Model;
        _exchange.ServiceTier = _events.ServiceTier;
        _exchange.FinishReason = _events.FinishReason;
        _attempt.Outcome = outcome;
        _exchange.Outcome = UpstreamFaults.OutcomeOf(outcome, _timer);
        _settlement.Settle(_exchange, _attempt, _events.Usage, _events.EstimatedOutputTokens, _events.UsageOfCalls);
    }

    private bool MakeRoom()
    {
        var used = _rawEnd - _rawStart;
        if (_rawStart > 0)
        {
            _raw.AsSpan(_rawStart, used).CopyTo(_raw);
        }
        else
        {
            if (used >= LargestEvent)
            {
                return false;
            }
            var larger = ArrayPool<byte>.Shared.Rent(_raw!.Length * 2);
            _raw.AsSpan(0, used).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_raw);
            _raw = larger;
        }
        (_rawStart, _rawEnd) = (0, used);
        return true;
    }

    private void ReleaseRaw()
    {
        if (_raw is { } raw)
        {
            _raw = null;
            ArrayPool<byte>.Shared.Return(raw);
        }
    }
}
