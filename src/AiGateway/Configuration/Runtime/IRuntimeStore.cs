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
