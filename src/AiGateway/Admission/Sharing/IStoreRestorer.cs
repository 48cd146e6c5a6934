namespace AiGateway.Admission.Sharing;

/// <summary>Tells a store that knows nothing what was spent before. Implemented where the ledger is known.</summary>
internal interface IStoreRestorer
{
    /// <summary>Tells it of all limits and all organisations that the ledger knows, and begins those and <paramref name="tag"/>.</summary>
    /// <param name="tag">The organisation whose keys were missing.</param>
    Task RestoreAsync(string tag);
}
