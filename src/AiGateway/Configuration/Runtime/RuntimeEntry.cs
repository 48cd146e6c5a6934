namespace AiGateway.Configuration.Runtime;

/// <summary>A key, team, limit or budget made at run time.</summary>
internal sealed record RuntimeEntry
{
    /// <summary>What it is.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>Its name, unique within its kind; limits and budgets share their names.</summary>
    public required string Id { get; init; }

    /// <summary>The revision of the store that changed it last: its <c>ETag</c>.</summary>
    public long Revision { get; init; }

    /// <summary>What it says, as a JSON object with the members of the routing file; neither its id nor a key's hash.</summary>
    public required string Body { get; init; }

    /// <summary>The same, bound.</summary>
    public required EntryContent Content { get; init; }

    /// <summary>The keys it has and had, the newest first; empty for what is no key.</summary>
    public IReadOnlyList<KeySecret> Secrets { get; init; } = [];

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The admin key that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>When it was revoked or removed; null while it is there. Such an entry stays in the store, so that every node hears of it.</summary>
    public DateTimeOffset? Removed { get; init; }
}
