using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>What remains of an exchange: one per request, immutable, without prompt text. Goes to the record sink, the metrics, and <c>GET /v1/requests/{id}</c>.</summary>
internal sealed class RequestRecord
{
    private const int LongestWord = 256;

    /// <summary>Reads a settled exchange.</summary>
    public RequestRecord(Exchange exchange, TimeSpan duration)
    {
        var answering = exchange.Answering;
        Id = exchange.Id;
        ClientRequestId = exchange.ClientRequestId;
        At = exchange.StartedAt;
        Caller = exchange.Caller;
        OwnCall = exchange.OwnCall;
        Operation = exchange.Request?.Operation;
        Alias = exchange.Plan?.Alias.Name;
        RequestedModel = exchange.Request?.Model;
        Stream = exchange.Request?.Facts.Stream ?? false;
        User = Bounded(exchange.Request?.Facts.User);
        Tags = exchange.Request?.Tags ?? [];
        Labels = exchange.Request?.Labels;
        Answering = answering;
        Attempts = exchange.Attempts;
        ResponseModel = exchange.ResponseModel;
        ServiceTier = exchange.ServiceTier;
        FinishReason = exchange.FinishReason;
        Usage = exchange.Usage;
        Cost = exchange.Cost;
        Cache = exchange.Cache;
        Batch = exchange.Batch;
        Status = exchange.Status;
        Outcome = exchange.Outcome;
        Rejection = exchange.Rejection;
        TimeToFirstToken = exchange.TimeToFirstToken;
        Duration = duration;
        UpstreamTime = exchange.UpstreamTime;
        QueueTime = exchange.QueueTime;
        StreamEvents = exchange.StreamEvents;
        Session = exchange.Session;
        ConfigVersion = exchange.Snapshot.Version;
    }

    // Callers choose these words: a record must not grow with them.
    private static string? Bounded(string? text) => text is { Length: > LongestWord } ? text[..LongestWord] : text;

    /// <summary>The request's id.</summary>
    public string Id { get; }

    /// <summary>The caller's own id of the request, at most 128 characters; null when it sent none that can be recorded.</summary>
    public string? ClientRequestId { get; }

    /// <summary>When it came in.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Who asked.</summary>
    public Configuration.CallerModel Caller { get; }

    /// <summary>What the gateway itself asked it for; null for what callers asked.</summary>
    public OwnCall? OwnCall { get; }

    /// <summary>What was asked; null when it was never understood.</summary>
    public Operation? Operation { get; }

    /// <summary>The alias's name in the configuration: a closed set; null when none matched.</summary>
    public string? Alias { get; }

    /// <summary>The model name as asked for: free text, never a label.</summary>
    public string? RequestedModel { get; }

    /// <summary>Whether a stream was asked for.</summary>
    public bool Stream { get; }

    /// <summary>The end user the caller named.</summary>
    public string? User { get; }

    /// <summary>Tags of the request.</summary>
    public KeyValuePair<string, string>[] Tags { get; }

    /// <summary>The tags that the ledger sums by; null for none.</summary>
    public string? Labels { get; }

    /// <summary>The attempt that answered; null when none did.</summary>
    public AttemptRecord? Answering { get; }

    /// <summary>All attempts in order.</summary>
    public IReadOnlyList<AttemptRecord> Attempts { get; }

    /// <summary>The model that the answer named.</summary>
    public string? ResponseModel { get; }

    /// <summary>The service tier that the answer named.</summary>
    public string? ServiceTier { get; }

    /// <summary>The provider's own finish reason.</summary>
    public string? FinishReason { get; }

    /// <summary>What the answer consumed.</summary>
    public Usage? Usage { get; }

    /// <summary>What the answer cost.</summary>
    public Cost? Cost { get; }

    /// <summary>What a cache did for it; null where its alias has none.</summary>
    public CacheFigures? Cache { get; }

    /// <summary>The batch that this is the record of; null for requests.</summary>
    public BatchFigures? Batch { get; }

    /// <summary>The status the caller got.</summary>
    public int Status { get; }

    /// <summary>How it ended.</summary>
    public RequestOutcome Outcome { get; }

    /// <summary>Why the gateway answered with an error; null when it did not.</summary>
    public Rejection? Rejection { get; }

    /// <summary>From the start to the first content.</summary>
    public TimeSpan? TimeToFirstToken { get; }

    /// <summary>From the start to the end.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Time spent waiting for upstreams.</summary>
    public TimeSpan UpstreamTime { get; }

    /// <summary>Time spent waiting for a limit to have room.</summary>
    public TimeSpan QueueTime { get; }

    /// <summary>The gateway's own time: what neither upstreams nor a queue took.</summary>
    public TimeSpan Overhead => Duration - UpstreamTime - QueueTime;

    /// <summary>Stream events passed on.</summary>
    public int StreamEvents { get; }

    /// <summary>The realtime session that it became; null where none was opened.</summary>
    public SessionFigures? Session { get; }

    /// <summary>Version of the configuration the request saw.</summary>
    public string ConfigVersion { get; }
}
