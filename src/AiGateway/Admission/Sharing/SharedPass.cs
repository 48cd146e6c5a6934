namespace AiGateway.Admission.Sharing;

/// <summary>Who is asked of shared limits.</summary>
/// <param name="IsStoreAway">The store did not answer: what is exact goes by its <c>on_store_failure</c>.</param>
/// <param name="IsLast">No more is to be asked for where a lease is too small.</param>
internal readonly record struct SharedPass(bool IsStoreAway, bool IsLast);
