namespace AiGateway.Accounting.Ledger;

/// <summary>One request as the ledger keeps it: who, what, how it ended, and a line for each upstream call. Its cost is the sum of its lines.</summary>
internal sealed record LedgerRequest
{
    /// <summary>The request's id: what makes a repetition known.</summary>
    public required string Id { get; init; }

    /// <summary>When it came in; UTC, whole milliseconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The key that was used.</summary>
    public required string Caller { get; init; }

    /// <summary>The key's organisation.</summary>
    public string? Organisation { get; init; }

    /// <summary>The key's team.</summary>
    public string? Team { get; init; }

    /// <summary>The key's project.</summary>
    public string? Project { get; init; }

    /// <summary>The end user that the caller named. Personal: kept apart, and can be erased.</summary>
    public string? User { get; init; }

    /// <summary>The key's and the request's tags as one JSON object; null without. Personal, as the user.</summary>
    public string? Tags { get; init; }

    /// <summary>The tags that sums are kept by, as <see cref="Pipeline.LabelText"/> writes them; null for none. Not personal: the operator has chosen them.</summary>
    public string? Labels { get; init; }

    /// <summary>The alias's name in the configuration; null when none matched.</summary>
    public string? Alias { get; init; }

    /// <summary>What was asked.</summary>
    public required string Operation { get; init; }

    /// <summary>The status that the caller got; 0 when that is not known.</summary>
    public int Status { get; init; }

    /// <summary>How it ended.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why the gateway answered with an error; null when it did not.</summary>
    public string? Error { get; init; }

    /// <summary>Whether a stream was asked for.</summary>
    public bool IsStream { get; init; }

    /// <summary>What a cache saved, in USD.</summary>
    public decimal Saved { get; init; }

    /// <summary>From the start to the end, in microseconds.</summary>
    public long DurationMicroseconds { get; init; }

    /// <summary>Of it the time spent waiting for upstreams.</summary>
    public long UpstreamMicroseconds { get; init; }

    /// <summary>From the start to the first content; null when none came.</summary>
    public long? FirstTokenMicroseconds { get; init; }

    /// <summary>Version of the configuration the request saw.</summary>
    public required string ConfigVersion { get; init; }

    /// <summary>The upstream calls, in order.</summary>
    public required LedgerLine[] Lines { get; init; }

    /// <summary>The line that answered, or the last; null when nothing was sent.</summary>
    public LedgerLine? Answer
    {
        get
        {
            foreach (var line in Lines)
            {
                if (line.Kind is LedgerCallKind.Answer or LedgerCallKind.Embedding or LedgerCallKind.CacheCheck)
                {
                    return line;
                }
            }
            return Lines.Length > 0 ? Lines[^1] : null;
        }
    }

    /// <summary>The sum of what is priced, in USD.</summary>
    public decimal Cost
    {
        get
        {
            var sum = 0m;
            foreach (var line in Lines)
            {
                sum += line.Cost?.Total ?? 0;
            }
            return sum;
        }
    }

    /// <summary>How many calls consumed something whose price is not known.</summary>
    public int Unpriced
    {
        get
        {
            var unpriced = 0;
            foreach (var line in Lines)
            {
                unpriced += line.Cost is { Total: null } ? 1 : 0;
            }
            return unpriced;
        }
    }

    /// <summary>Whether any of its figures was estimated.</summary>
    public bool IsEstimated => Array.Exists(Lines, static line => line.Usage is { Estimated: true });
}
