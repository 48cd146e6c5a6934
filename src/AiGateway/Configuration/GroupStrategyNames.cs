namespace AiGateway.Configuration;

/// <summary>The strategies of a group by the names that the file uses.</summary>
internal static class GroupStrategyNames
{
    private static readonly OrderedDictionary<string, GroupStrategy> ByName = new(StringComparer.Ordinal)
    {
        ["weighted"] = GroupStrategy.Weighted,
        ["least_busy"] = GroupStrategy.LeastBusy,
        ["lowest_latency"] = GroupStrategy.LowestLatency,
        ["cheapest"] = GroupStrategy.Cheapest,
        ["ordered"] = GroupStrategy.Ordered,
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ByName.Keys];

    /// <summary>The strategy of a name that is known to be good; <see cref="GroupStrategy.Weighted"/> for none.</summary>
    public static GroupStrategy Resolve(string? name) => name is null ? GroupStrategy.Weighted : ByName[name];
}
