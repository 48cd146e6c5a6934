namespace AiGateway.Configuration;

/// <summary>What becomes of a request whose price nobody knows.</summary>
internal enum UnknownPrice
{
    /// <summary>It is served; its cost is unknown and counted as such.</summary>
    Allow,

    /// <summary>It is refused before it is sent.</summary>
    Reject,

    /// <summary>It is served; another model's list price stands in, marked as estimated.</summary>
    Estimate,
}

/// <summary>The values of <c>unknown_price</c> by the names that the file uses.</summary>
internal static class UnknownPriceNames
{
    private static readonly OrderedDictionary<string, UnknownPrice> ByName = new(StringComparer.Ordinal)
    {
        ["allow"] = UnknownPrice.Allow,
        ["reject"] = UnknownPrice.Reject,
        ["estimate"] = UnknownPrice.Estimate,
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ByName.Keys];

    /// <summary>The value of a name that is known to be good; <see cref="UnknownPrice.Allow"/> for none.</summary>
    public static UnknownPrice Resolve(string? name) => name is null ? UnknownPrice.Allow : ByName[name];
}
