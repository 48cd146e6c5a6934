namespace AiGateway.Configuration.Runtime;

/// <summary>Where keys, teams, limits and budgets made at run time are kept, for all nodes that share it.</summary>
/// <remarks>Writes are in one order: each is based on a revision, and is refused when the store has gone on since. Every method throws <see cref="AiGateway.Pipeline.StoreException"/> when the store is out of reach.</remarks>
internal interface IRuntimeStore : IDisposable
{
    /// <summary>The revision that the store is at; cheap enough to be asked several times a second.</summary>
    Task<long> RevisionAsync(CancellationToken cancellationToken);

    /// <summary>Waits until something may have changed: where the store tells, until it does, and no longer than a time.</summary>
    Task WaitAsync(TimeSpan most, CancellationToken cancellationToken);

    /// <summary>The revision, and every entry that was changed after another one.</summary>
    Task<(long Revision, IReadOnlyList<RuntimeEntry> Changed)> ReadAsync(long after, CancellationToken cancellationToken);

    /// <summary>Writes a change with its audit, on disk when it returns.</summary>
    /// <returns>The new revision; null, and nothing written, when the store is not at <see cref="RuntimeChange.BasedOn"/> any more.</returns>
    Task<long?> TryWriteAsync(RuntimeChange change, CancellationToken cancellationToken);

    /// <summary>What was made under an idempotency key; null for nothing.</summary>
    /// <param name="actor">The admin key that made it.</param>
    /// <param name="key">The idempotency key.</param>
    /// <param name="cancellationToken">Whoever asked is gone.</param>
    Task<MadeEntry?> FindMadeAsync(string actor, string key, CancellationToken cancellationToken);

    /// <summary>Rows of the audit, the newest first.</summary>
    Task<IReadOnlyList<AuditRow>> AuditAsync(AuditQuery query, CancellationToken cancellationToken);
}

/// <summary>One change of one entry.</summary>
/// <param name="BasedOn">The revision that whoever decided it had seen.</param>
/// <param name="Entry">The entry as it is to be; its revision is given by the store.</param>
/// <param name="Audit">What the audit says of it; its number and revision are given by the store.</param>
/// <param name="Made">What is remembered for a repetition of a creation; null for none.</param>
internal sealed record RuntimeChange(long BasedOn, RuntimeEntry Entry, AuditRow Audit, MadeEntry? Made);

/// <summary>What was made under an idempotency key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Request">SHA-256 of the request, so that another request under the same key is noticed.</param>
/// <param name="Id">The entry's name.</param>
internal sealed record MadeEntry(string Key, string Request, string Id);

/// <summary>One row of the audit.</summary>
/// <param name="Number">Its place, from 1.</param>
/// <param name="At">When.</param>
/// <param name="Actor">The admin key that did it; <c>cli:USER</c> for the command line.</param>
/// <param name="Action"><c>create</c>, <c>update</c>, <c>rotate</c>, <c>disable</c>, <c>enable</c>, <c>revoke</c> or <c>remove</c>.</param>
/// <param name="Kind">Of what.</param>
/// <param name="Id">Of which.</param>
/// <param name="Revision">The revision that it made.</param>
/// <param name="Old">The entry's body before; null for none.</param>
/// <param name="New">The entry's body afterwards; null for none.</param>
internal sealed record AuditRow(long Number, DateTimeOffset At, string Actor, string Action, EntryKind Kind, string Id, long Revision, string? Old, string? New);

/// <summary>Which rows of the audit are wanted.</summary>
/// <param name="Before">Only rows with a smaller number.</param>
/// <param name="Limit">Most rows.</param>
/// <param name="Kind">Only of this kind; null for all.</param>
/// <param name="Id">Only of this name; null for all.</param>
/// <param name="Actor">Only of this admin key; null for all.</param>
internal sealed record AuditQuery(long Before, int Limit, EntryKind? Kind, string? Id, string? Actor);
