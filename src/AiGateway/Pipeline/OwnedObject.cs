using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>A file or a batch that was made through the gateway, as it was last seen.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="DeploymentId">Where it lives.</param>
/// <param name="UpstreamId">Its id there.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Purpose">What a file is for; empty for batches.</param>
/// <param name="CallerId">The key that made it.</param>
/// <param name="Created">When.</param>
/// <param name="Content">The provider's object, with the ids that callers know.</param>
internal sealed record OwnedObject(
    string Tenant, string DeploymentId, string UpstreamId, Operation Kind, string Purpose, string CallerId, DateTimeOffset Created, ReadOnlyMemory<byte> Content)
{
    /// <summary>What is kept of a batch's making; null for files, and for batches of before it was.</summary>
    public BatchTerms? Terms { get; init; }
}

/// <summary>Which objects are asked for.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Kind">Of which kind.</param>
/// <param name="Purpose">For what, for files; null for any.</param>
/// <param name="NewestFirst">The order; by when they were made.</param>
/// <param name="After">Those that follow this one in the order; null for the first page.</param>
/// <param name="Most">Most objects.</param>
internal sealed record ObjectQuery(string Tenant, Operation Kind, string? Purpose, bool NewestFirst, StoredObject? After, int Most);

/// <summary>A page of a list.</summary>
/// <param name="Objects">The objects, in order.</param>
/// <param name="HasMore">Whether more follow.</param>
internal sealed record ObjectPage(IReadOnlyList<OwnedObject> Objects, bool HasMore);
