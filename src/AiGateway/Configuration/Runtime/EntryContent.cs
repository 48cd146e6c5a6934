namespace AiGateway.Configuration.Runtime;

/// <summary>What an entry says, bound by the routing file's own table. The member of its kind is set.</summary>
/// <param name="Key">A key's entry, without its hash.</param>
/// <param name="Team">A team.</param>
/// <param name="Limit">A limit.</param>
/// <param name="Budget">A budget.</param>
internal sealed record EntryContent(CallerConfig? Key = null, TeamConfig? Team = null, LimitConfig? Limit = null, BudgetConfig? Budget = null);
