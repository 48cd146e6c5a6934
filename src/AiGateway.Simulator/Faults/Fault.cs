namespace AiGateway.Simulator.Faults;

/// <summary>One fault, as asked for: what is wrong with the answer, and how often. Its written form is in docs/features/simulator.md.</summary>
/// <remarks>Event numbers count the events of a stream from 1; an answer that is no stream is one event.</remarks>
internal sealed record Fault
{
    /// <summary>As written; what occurrences are counted by.</summary>
    public string Written { get; init; } = "";

    /// <summary><c>status=NNN</c>: an error answer of that status.</summary>
    public int? Status { get; init; }

    /// <summary>A named error answer, such as <c>context_length_exceeded</c>.</summary>
    public string? NamedError { get; init; }

    /// <summary><c>retry-after=S</c>: <c>Retry-After</c> in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary><c>retry-after-date=S</c>: <c>Retry-After</c> as the HTTP date that many seconds ahead.</summary>
    public int? RetryAfterDateSeconds { get; init; }

    /// <summary><c>retry-after-ms=MS</c>: OpenAI's and Azure's own header.</summary>
    public int? RetryAfterMilliseconds { get; init; }

    /// <summary><c>reset-requests=DURATION</c>: <c>x-ratelimit-reset-requests</c>, such as <c>1s</c> or <c>120ms</c>.</summary>
    public string? ResetRequests { get; init; }

    /// <summary><c>reset-tokens=DURATION</c>: <c>x-ratelimit-reset-tokens</c>.</summary>
    public string? ResetTokens { get; init; }

    /// <summary><c>reset</c>: a TCP reset instead of an answer.</summary>
    public bool Reset { get; init; }

    /// <summary><c>reset-after-headers</c>: a TCP reset after the headers.</summary>
    public bool ResetAfterHeaders { get; init; }

    /// <summary><c>cut=N</c>: a TCP reset after N events.</summary>
    public int? CutAfter { get; init; }

    /// <summary><c>end=N</c>: a clean end after N events, without finish reason and terminal event.</summary>
    public int? EndAfter { get; init; }

    /// <summary><c>close=CODE</c>: the code with which <see cref="EndAfter"/> and <see cref="ErrorEventAfter"/> close a realtime session. Default 1000 and 1011.</summary>
    public int? CloseCode { get; init; }

    /// <summary><c>malformed=N</c>: event N is not JSON.</summary>
    public int? MalformedAt { get; init; }

    /// <summary><c>error-event=N</c>: after N events one that holds an error, then a clean end.</summary>
    public int? ErrorEventAfter { get; init; }

    /// <summary><c>no-done</c>: the terminal event is missing.</summary>
    public bool NoDone { get; init; }

    /// <summary><c>latency=MS</c>: wait before the headers.</summary>
    public int LatencyMilliseconds { get; init; }

    /// <summary><c>slow-first=MS</c>: headers at once, then wait before the first event or body byte.</summary>
    public int SlowFirstMilliseconds { get; init; }

    /// <summary><c>pace=MS</c>: wait between events.</summary>
    public int? PaceMilliseconds { get; init; }

    /// <summary><c>stall=N,MS</c>: wait once, after N events.</summary>
    public int? StallAfter { get; init; }

    /// <summary>The length of <see cref="StallAfter"/>'s wait. Default 60 s.</summary>
    public int StallMilliseconds { get; init; } = 60_000;

    /// <summary><c>garbage</c>: status 200, the right content type, and bytes that are neither JSON nor SSE.</summary>
    public bool Garbage { get; init; }

    /// <summary><c>no-content-type</c>: the right answer without its content type.</summary>
    public bool NoContentType { get; init; }

    /// <summary><c>wrong-length</c>: <c>Content-Length</c> promises 100 bytes more than are sent.</summary>
    public bool WrongLength { get; init; }

    /// <summary><c>redirect[=URL]</c>: 302.</summary>
    public string? RedirectTo { get; init; }

    /// <summary><c>empty</c>: 200 without a body.</summary>
    public bool Empty { get; init; }

    /// <summary><c>huge=BYTES</c>: a JSON answer, or one event, of that size.</summary>
    public long? HugeBytes { get; init; }

    /// <summary><c>html[=NNN]</c>: a proxy's HTML error page; 502 when no status is given.</summary>
    public int? HtmlStatus { get; init; }

    /// <summary><c>gzip</c>: the answer is compressed, whether or not the client accepts that.</summary>
    public bool Gzip { get; init; }

    /// <summary><c>split=BYTES</c>: a stream leaves in pieces of that size, across event borders.</summary>
    public int? SplitBytes { get; init; }

    /// <summary><c>comments</c>: an SSE comment line before each event, as some providers send to keep connections open.</summary>
    public bool Comments { get; init; }

    /// <summary><c>crlf</c>: SSE lines end with CR LF.</summary>
    public bool CrLf { get; init; }

    /// <summary><c>no-usage</c>: the answer reports no usage.</summary>
    public bool NoUsage { get; init; }

    /// <summary><c>tokens=N</c>: the answer's text has exactly N tokens. No fault, but asked for in the same way.</summary>
    public int? AnswerTokens { get; init; }

    /// <summary><c>share=P</c>: strikes only that share (0 to 1) of requests, which ones is decided by the seed.</summary>
    public double Share { get; init; } = 1;

    /// <summary><c>first=N</c>: strikes only the first N requests since the start or the last reset.</summary>
    public int? First { get; init; }

    /// <summary>True when the answer's own body is not sent at all.</summary>
    public bool ReplacesBody => Garbage || Empty || HugeBytes is not null || HtmlStatus is not null || RedirectTo is not null;
}
