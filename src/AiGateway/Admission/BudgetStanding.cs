using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>How a budget of one subject stands.</summary>
/// <param name="Limit">The budget, as the newest request had it.</param>
/// <param name="Subject">Under which name the use is counted.</param>
/// <param name="Used">Spent in the period, billionths of a USD.</param>
/// <param name="Held">Held for requests that are not answered yet.</param>
internal readonly record struct BudgetStanding(LimitModel Limit, string Subject, long Used, long Held);
