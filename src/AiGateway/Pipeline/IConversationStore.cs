namespace AiGateway.Pipeline;

/// <summary>Where the gateway keeps responses of models whose providers keep none, so that <c>previous_response_id</c> works for them.</summary>
/// <remarks>Every operation is bounded in time. Implementations are thread-safe.</remarks>
internal interface IConversationStore
{
    /// <summary>Whether anything is kept. When false, the other members must not be called.</summary>
    bool IsOn { get; }

    /// <summary>Keeps a response. When it returns, the response is found, also after a restart of the process.</summary>
    /// <exception cref="StoreException">The store cannot be used now.</exception>
    Task SaveAsync(KeptResponse response, CancellationToken cancellationToken);

    /// <summary>Finds a response.</summary>
    /// <param name="tenant">Whose it is: another tenant's is not found.</param>
    /// <param name="id">Its id within the gateway (not the sealed one).</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when there is none, or its time has passed.</returns>
    /// <exception cref="StoreException">The store cannot be used now, or what it holds cannot be read.</exception>
    Task<KeptResponse?> FindAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Deletes a response.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="StoreException">The store cannot be used now.</exception>
    Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken);
}
