namespace AiGateway.Pipeline;

/// <summary>Which files and batches each tenant has, and which batches' costs are recorded. The provider knows only the whole account's.</summary>
/// <remarks>Every operation is bounded in time. Implementations are thread-safe. All throw <see cref="StoreException"/> when the store cannot be used.</remarks>
internal interface IObjectStore
{
    /// <summary>Notes an object as it is now. Who made it, when and for what stays as it was first noted.</summary>
    Task SaveAsync(OwnedObject seen, CancellationToken cancellationToken);

    /// <summary>Forgets an object that is deleted.</summary>
    Task RemoveAsync(StoredObject stored, CancellationToken cancellationToken);

    /// <summary>Finds an object; null when it is not known.</summary>
    Task<OwnedObject?> FindAsync(StoredObject stored, CancellationToken cancellationToken);

    /// <summary>A page of a tenant's objects; null when the one to begin after is not known.</summary>
    Task<ObjectPage?> ListAsync(ObjectQuery query, CancellationToken cancellationToken);

    /// <summary>Takes the right to record a batch's cost. When it returns, the mark is on disk.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="recordId">The id of the record that is about to be written.</param>
    /// <param name="at">Now.</param>
    /// <param name="isPriced">Whether the cost is known; where it is not, what the batch holds stays held.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>True once for each batch, whoever asks and however often, also after a restart.</returns>
    Task<bool> MarkBilledAsync(StoredObject batch, string recordId, DateTimeOffset at, bool isPriced, CancellationToken cancellationToken);

    /// <summary>The batches of all tenants that were made since then, with <see cref="OwnedObject.Terms"/>, and whose cost is not known yet.</summary>
    Task<IReadOnlyList<OwnedObject>> ListUnbilledAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Whether a batch's cost is recorded.</summary>
    Task<bool> IsBilledAsync(StoredObject batch, CancellationToken cancellationToken);
}
