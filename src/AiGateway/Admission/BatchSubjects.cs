using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>At which limits a batch counts, and as whose use: both what it holds and what it cost.</summary>
internal static class BatchSubjects
{
    /// <summary>The limits that count money, with the name under which each counts the batch.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="caller">Who made the batch.</param>
    /// <param name="tags">Tags of the request that made it.</param>
    /// <param name="alias">The alias that its requests are for; null where it is there no longer.</param>
    /// <param name="deployment">Where it runs; null where that is there no longer.</param>
    public static IEnumerable<(LimitModel Limit, string Value)> Of(LimitTable limits, CallerModel caller, KeyValuePair<string, string>[] tags, string? alias, DeploymentModel? deployment)
    {
        foreach (var limit in limits.All)
        {
            // No batch names a user: its requests do, each another one.
            var value = limit.IsOfAttempt ? deployment is null ? null : Subjects.ValueOf(limit, deployment) : Subjects.ValueOf(limit, caller, user: null, tags, alias);
            if (value is not null && limit.CountsMoney && limit.Covers(value))
            {
                yield return (limit, limit.IsOfAttempt ? value : Subjects.KeyOf(limit, caller, value));
            }
        }
    }
}
