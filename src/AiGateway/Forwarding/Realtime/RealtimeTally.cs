using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI.Realtime;

namespace AiGateway.Forwarding.Realtime;

/// <summary>What a session consumes and costs, summed up from the provider's events as they come by.</summary>
/// <remarks>
/// Each response is priced by itself, by the model that the session has at that time: prices that rise with the length of a
/// prompt go by response. Written by the one reader of the provider; <see cref="HasOpenResponse"/> may be asked by others.
/// </remarks>
internal sealed class RealtimeTally(Exchange exchange, AttemptRecord attempt, ICostCalculator costs, bool transcribesOnly)
{
    private TaskCompletionSource? _settled;
    private string? _transcriptionModel;
    private bool _missed;
    private int _begun;

    /// <summary>Responses that ended.</summary>
    public int Responses { get; private set; }

    /// <summary>Transcriptions that ended.</summary>
    public int Transcriptions { get; private set; }

    /// <summary>The model that transcribed; null where none did, or it was not said.</summary>
    public string? TranscriptionModel => Transcriptions > 0 ? _transcriptionModel : null;

    /// <summary>Whether the provider is producing tokens that it has not accounted for.</summary>
    public bool HasOpenResponse => Volatile.Read(ref _begun) > 0;

    /// <summary>Completes when no response is open any more.</summary>
    public Task WhenSettled()
    {
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _settled, settled);
        if (!HasOpenResponse)
        {
            settled.TrySetResult();
        }
        return settled.Task;
    }

    /// <summary>Reads an event.</summary>
    /// <returns>Whether it said what something has consumed.</returns>
    public bool Read(RealtimeEventKind kind, ReadOnlySpan<byte> message)
    {
        switch (kind)
        {
            case RealtimeEventKind.Session:
                var (model, transcription) = RealtimeEventReader.ReadSession(message);
                exchange.ResponseModel = model ?? exchange.ResponseModel;
                _transcriptionModel = transcription ?? _transcriptionModel;
                break;
            case RealtimeEventKind.ResponseCreated:
                Interlocked.Increment(ref _begun);
                break;
            case RealtimeEventKind.ResponseDone:
                var (usage, status) = RealtimeEventReader.ReadResponseDone(message);
                Responses++;
                exchange.FinishReason = status ?? exchange.FinishReason;
                Add(usage, exchange.ResponseModel, isTranscription: false);
                EndResponse();
                return true;
            case RealtimeEventKind.TranscriptionCompleted:
                Transcriptions++;
                Add(RealtimeEventReader.ReadTranscription(message), _transcriptionModel, isTranscription: true);
                return true;
            default:
                break;
        }
        return false;
    }

    /// <summary>Takes note of an event that was too large to be read.</summary>
    public void Miss(RealtimeEventKind kind)
    {
        if (kind == RealtimeEventKind.ResponseDone)
        {
            Responses++;
            _missed = true;
            EndResponse();
        }
    }

    /// <summary>Writes the sums into the exchange.</summary>
    public void Settle()
    {
        if (_missed || HasOpenResponse)
        {
            // Something was consumed that nobody has counted.
            attempt.Usage = (attempt.Usage ?? new Usage()) with { Estimated = true };
        }
        exchange.Usage = attempt.Usage;
        exchange.Cost = attempt.Cost;
    }

    private void EndResponse()
    {
        // A provider that begins without saying so must not make the count negative.
        if (Volatile.Read(ref _begun) > 0 && Interlocked.Decrement(ref _begun) == 0)
        {
            Volatile.Read(ref _settled)?.TrySetResult();
        }
    }

    private void Add(Usage? usage, string? model, bool isTranscription)
    {
        if (usage is null)
        {
            _missed = true;
            return;
        }
        // In a conversation another model transcribes than the one that answers, at another price.
        var cost = isTranscription && !transcribesOnly && model is not null
            ? costs.CalculateFor(exchange.Snapshot, attempt.Deployment.Provider, model, usage, exchange.StartedAt)
            : costs.Calculate(exchange.Snapshot, attempt.Deployment, attempt.UpstreamModel, model, exchange.ServiceTier, usage, exchange.StartedAt);
        attempt.Usage = Usage.Sum(attempt.Usage, usage);
        attempt.Cost = attempt.Cost?.Plus(cost) ?? cost;
    }
}
