namespace AiGateway.Accounting;

/// <summary>Who reads a record.</summary>
internal enum RecordAudience
{
    /// <summary>The operator: everything.</summary>
    Operator,

    /// <summary>The caller that made the request: without the keys that were used and without what providers said about them.</summary>
    Caller,
}
