namespace AiGateway.Configuration;

/// <summary>How the nodes of a gateway count together.</summary>
internal enum LimitSharing
{
    /// <summary>Not at all: each node has the whole limit.</summary>
    Local,

    /// <summary>Nodes lease shares of what is free and spend them in memory.</summary>
    Leased,

    /// <summary>The store decides on every request.</summary>
    Exact,
}

/// <summary>What becomes of a request while the store of a shared limit does not answer.</summary>
internal enum StoreFailurePolicy
{
    /// <summary>The node goes by what it counts itself, as if it were alone.</summary>
    Local,

    /// <summary>The limit refuses nothing.</summary>
    Allow,

    /// <summary>The limit refuses everything.</summary>
    Deny,
}
