using AiGateway.Configuration.Validation;

namespace AiGateway.Accounting.Reports;

/// <summary>The dimensions by name: columns of reports, options, query parameters.</summary>
internal static class LedgerDimensions
{
    private static readonly LedgerDimension[] Times = [LedgerDimension.Hour, LedgerDimension.Day, LedgerDimension.Month];

    /// <summary>Those that can be filtered by under their own names; tags are filtered by <c>tag</c>.</summary>
    public static IReadOnlyList<LedgerDimension> Filters { get; } =
    [
        LedgerDimension.Caller, LedgerDimension.Organisation, LedgerDimension.Team, LedgerDimension.Project, LedgerDimension.Alias, LedgerDimension.Operation,
        LedgerDimension.Deployment, LedgerDimension.Provider, LedgerDimension.Model, LedgerDimension.Status, LedgerDimension.Kind,
    ];

    /// <summary>All names, those of time last; <c>tag:NAME</c> apart.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Filters.Concat(Times).Select(NameOf)];

    /// <summary>The name of a dimension; that of a column too, but for tags.</summary>
    public static string NameOf(LedgerDimension dimension) => dimension.Name;

    /// <summary>The dimension of a name; null when it is unknown.</summary>
    public static LedgerDimension? Find(string name)
    {
        var dimension = new LedgerDimension(name);
        return Names.Contains(name) || (dimension.TagName is { } tag && TagsValidator.IsName(tag)) ? dimension : null;
    }

    /// <summary>Whether it divides time.</summary>
    public static bool IsTime(LedgerDimension dimension) => Array.IndexOf(Times, dimension) >= 0;

    /// <summary>The place of a dimension of time among those: hour, day, month.</summary>
    public static int TimeOf(LedgerDimension dimension) => Array.IndexOf(Times, dimension);
}
