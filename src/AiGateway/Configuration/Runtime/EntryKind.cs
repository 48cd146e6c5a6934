namespace AiGateway.Configuration.Runtime;

/// <summary>What can be made at run time.</summary>
internal enum EntryKind
{
    /// <summary>A caller's key.</summary>
    Key,

    /// <summary>A team: what its keys have where they say nothing themselves.</summary>
    Team,

    /// <summary>A limit.</summary>
    Limit,

    /// <summary>A budget.</summary>
    Budget,
}
