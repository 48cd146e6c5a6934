namespace AiGateway.Caching.Refreshing;

/// <summary>What came of renewing an answer that is past its time. A closed set: label of a metric.</summary>
internal enum RefreshResult
{
    /// <summary>It was asked anew.</summary>
    Asked,

    /// <summary>Another node had a new one already, or is asking.</summary>
    Elsewhere,

    /// <summary>Too many are being renewed; the next request for it tries again.</summary>
    Busy,

    /// <summary>The request was refused, or failed.</summary>
    Failed,
}
