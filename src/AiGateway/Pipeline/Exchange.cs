using System.Diagnostics;
using AiGateway.Configuration;
using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>One request and its response through the gateway: the only object in which stages meet.</summary>
/// <remarks>Each member has one stage that writes it, named beside it. Not thread-safe: the stages of one request run one after another.</remarks>
internal sealed class Exchange
{
    private List<IAsyncDisposable>? _owned;

    /// <summary>The request's id, in <c>x-request-id</c>. (Exchange)</summary>
    public required string Id { get; init; }

    /// <summary>The caller's own id of the request; null when it sent none that can be recorded. (Exchange)</summary>
    public string? ClientRequestId { get; init; }

    /// <summary>The configuration this request sees from start to end. (Exchange)</summary>
    public required Snapshot Snapshot { get; init; }

    /// <summary>When the request came in: for records and price periods. (Exchange)</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Timestamp of the start: for durations. (Exchange)</summary>
    public required long StartTimestamp { get; init; }

    /// <summary>The request's span; null when nobody traces. (Exchange)</summary>
    public Activity? Span { get; set; }

    /// <summary>Why the gateway answers with an error; null while it does not. (any stage, through <see cref="Reject(Rejection)"/>)</summary>
    public Rejection? Rejection { get; private set; }

    /// <summary>Who asks. (Authentication)</summary>
    public CallerModel Caller { get; set; } = CallerModel.Anonymous;

    /// <summary>What the gateway itself asks it for; null for what callers ask. (Authentication)</summary>
    public OwnCall? OwnCall { get; set; }

    /// <summary>What is asked; null until read. (RequestReader)</summary>
    public GatewayRequest? Request { get; set; }

    /// <summary>Where it may go; null until routed. (Routing)</summary>
    public Plan? Plan { get; set; }

    /// <summary>What it may still use; null when nothing limits it. (Admission)</summary>
    public AttemptAdmission? Admission { get; set; }

    /// <summary>Why it may be answered from a cache alone: its tokens or its money are spent; null when it may be sent. (Admission)</summary>
    public Rejection? OnlyIfCached { get; set; }

    /// <summary>What a cache did for it; null where its alias has none. (Caching)</summary>
    public CacheFigures? Cache { get; set; }

    /// <summary>The sends so far, in order. (Dispatch)</summary>
    public List<AttemptRecord> Attempts { get; } = new(1);

    /// <summary>The attempt whose answer goes to the caller; null until commit. (Dispatch)</summary>
    public AttemptRecord? Answering { get; set; }

    /// <summary>The model that the answer names; null when it names none. (Dispatch)</summary>
    public string? ResponseModel { get; set; }

    /// <summary>The service tier that the answer names; null when it names none. (Dispatch)</summary>
    public string? ServiceTier { get; set; }

    /// <summary>The provider's own finish reason; null when there is none. (Dispatch)</summary>
    public string? FinishReason { get; set; }

    /// <summary>What the answer consumed; null when nothing is known yet. (Dispatch)</summary>
    public Usage? Usage { get; set; }

    /// <summary>What the answer cost; null when nothing was consumed. (Dispatch)</summary>
    public Cost? Cost { get; set; }

    /// <summary>The batch that this is the record of; null for requests. (Dispatch)</summary>
    public BatchFigures? Batch { get; init; }

    /// <summary>From the start to the first event or byte of content; null when none came. (Dispatch)</summary>
    public TimeSpan? TimeToFirstToken { get; set; }

    /// <summary>Time spent waiting for upstreams, attempts and delays together: what is not the gateway's own overhead. (Dispatch)</summary>
    public TimeSpan UpstreamTime { get; set; }

    /// <summary>Time spent waiting for a limit to have room. (Admission)</summary>
    public TimeSpan QueueTime { get; set; }

    /// <summary>Whether the stream is whole by its finish alone: the provider's closing event never came. (Dispatch)</summary>
    public bool IsUnclosed { get; set; }

    /// <summary>Events of the stream that were passed on. (Dispatch)</summary>
    public int StreamEvents { get; set; }

    /// <summary>The realtime session that it became; null for other operations, and where none was opened. (Dispatch)</summary>
    public SessionFigures? Session { get; set; }

    /// <summary>How it ended. (Dispatch, Errors)</summary>
    public RequestOutcome Outcome { get; set; }

    /// <summary>The status the caller got. (Exchange)</summary>
    public int Status { get; set; }

    /// <summary>Ends the request with an error; the first rejection stands.</summary>
    public void Reject(Rejection rejection) => Rejection ??= rejection;

    /// <summary>Ends the request with an error; the first rejection stands.</summary>
    public void Reject(RejectionReason reason, string message, string? param = null) => Reject(new Rejection(reason, message, param));

    /// <summary>Gives something to the exchange to dispose when it settles, in reverse order.</summary>
    public void Own(IAsyncDisposable resource) => (_owned ??= []).Add(resource);

    /// <summary>Disposes what it owns.</summary>
    public async ValueTask ReleaseAsync()
    {
        if (_owned is null)
        {
            return;
        }
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            await _owned[i].DisposeAsync();
        }
        _owned.Clear();
    }
}
