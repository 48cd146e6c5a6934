namespace AiGateway.Accounting.Focus;

/// <summary>How an export is made.</summary>
internal sealed record FocusOptions
{
    private static readonly string[] Versions = ["1.2", "1.3", "1.4"];

    /// <summary>Names of the parameters, of the command line and of the query.</summary>
    public static IReadOnlyList<string> Names { get; } = ["by", "tags", "focus-version"];

    /// <summary>How long the period of a line is: an hour or a day.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The names of callers' tags that are exported, and that lines are apart by; null for all.</summary>
    public IReadOnlyCollection<string>? Tags { get; init; }

    /// <summary>The specification's version.</summary>
    public FocusVersion Version { get; init; } = FocusVersion.V14;

    /// <summary>The price list, for list prices beside those that applied; null where those alone are known.</summary>
    public ListPrices? List { get; init; }

    /// <summary>The version's number.</summary>
    public string VersionNumber => Versions[(int)Version];

    /// <summary>Reads the parameters.</summary>
    /// <param name="value">The value that was given for a name; null when it was not.</param>
    /// <param name="problem">What is wrong, and the way out; null when nothing is.</param>
    public static FocusOptions? TryRead(Func<string, string?> value, out string? problem)
    {
        problem = null;
        var by = value("by") ?? "hour";
        if (by is not ("hour" or "day"))
        {
            problem = $"'by' is '{Short(by)}'. Write hour or day: the period of a line.";
            return null;
        }
        var version = value("focus-version") ?? Versions[^1];
        if (!Versions.Contains(version))
        {
            problem = $"'focus-version' is '{Short(version)}'. Known: {string.Join(", ", Versions)}.";
            return null;
        }
        return new FocusOptions
        {
            Period = by == "hour" ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1),
            Tags = value("tags")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal),
            Version = (FocusVersion)Array.IndexOf(Versions, version),
        };
    }

    private static string Short(string text) => text.Length <= 64 ? text : text[..64] + "…";
}
