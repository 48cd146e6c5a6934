namespace AiGateway.Configuration.Runtime;

/// <summary>Which rows of the audit are wanted.</summary>
/// <param name="Before">Only rows with a smaller number.</param>
/// <param name="Limit">Most rows.</param>
/// <param name="Kind">Only of this kind; null for all.</param>
/// <param name="Id">Only of this name; null for all.</param>
/// <param name="Actor">Only of this admin key; null for all.</param>
internal sealed record AuditQuery(long Before, int Limit, EntryKind? Kind, string? Id, string? Actor);
