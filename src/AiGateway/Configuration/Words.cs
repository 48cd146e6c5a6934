namespace AiGateway.Configuration;

/// <summary>Phrases that several messages share.</summary>
internal static class Words
{
    /// <summary><c>A is not set</c>, <c>A and B are not set</c>.</summary>
    public static string NotSet(IEnumerable<string> variables)
    {
        var names = variables.Distinct(StringComparer.Ordinal).ToList();
        return names.Count == 1 ? $"{names[0]} is not set" : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]} are not set";
    }

    /// <summary>Names for an error, at most a dozen of them.</summary>
    public static string List(IEnumerable<string> names)
    {
        var all = names.ToList();
        return all.Count switch
        {
            0 => "none",
            <= 12 => string.Join(", ", all),
            _ => string.Join(", ", all.Take(12)) + $" and {all.Count - 12} more",
        };
    }
}
