namespace AiGateway.Configuration.Runtime;

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
