using AiGateway.Pipeline;

namespace AiGateway.Storage;

/// <summary>Keeps nothing: the default, because prompts at rest are the operator's decision.</summary>
internal sealed class NoConversationStore : IConversationStore
{
    private const string Off = "No responses are kept: host.store_responses is off.";

    public bool IsOn => false;

    public Task SaveAsync(KeptResponse response, CancellationToken cancellationToken) => throw new StoreException(Off);

    public Task<KeptResponse?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => throw new StoreException(Off);

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken) => throw new StoreException(Off);
}
