namespace AiGateway.Admission;

/// <summary>By what a limit decides on a request.</summary>
internal enum DecidedBy
{
    /// <summary>By what this node has counted.</summary>
    Node,

    /// <summary>By what this node has leased.</summary>
    Lease,

    /// <summary>By the store, which is asked once all others have agreed.</summary>
    Store,

    /// <summary>It lets everything pass, as long as its store does not answer.</summary>
    Nobody,

    /// <summary>It refuses everything, as long as its store does not answer.</summary>
    Denied,
}
