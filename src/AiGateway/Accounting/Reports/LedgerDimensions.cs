namespace AiGateway.Accounting.Reports;

/// <summary>The dimensions by name: columns of reports, options, query parameters.</summary>
internal static class LedgerDimensions
{
    private static readonly LedgerDimension[] Every = Enum.GetValues<LedgerDimension>();

    /// <summary>All names, those of time last.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Every.Select(NameOf)];

    /// <summary>Those that can be filtered by.</summary>
    public static IReadOnlyList<LedgerDimension> Filters { get; } = [.. Every.Where(static dimension => !IsTime(dimension))];

    /// <summary>The name of a dimension; that of a column too.</summary>
    public static string NameOf(LedgerDimension dimension) => dimension switch
    {
        LedgerDimension.Caller => "caller",
        LedgerDimension.Organisation => "organisation",
        LedgerDimension.Team => "team",
        LedgerDimension.Project => "project",
        LedgerDimension.Alias => "alias",
        LedgerDimension.Operation => "operation",
        LedgerDimension.Deployment => "deployment",
        LedgerDimension.Provider => "provider",
        LedgerDimension.Model => "model",
        LedgerDimension.Status => "status",
        LedgerDimension.Kind => "kind",
        LedgerDimension.Hour => "hour",
        LedgerDimension.Day => "day",
        LedgerDimension.Month => "month",
        _ => throw new ArgumentOutOfRangeException(nameof(dimension), dimension, "A dimension without a name."),
    };

    /// <summary>The dimension of a name; null when it is unknown.</summary>
    public static LedgerDimension? Find(string name)
    {
        var place = Array.FindIndex(Every, dimension => NameOf(dimension) == name);
        return place < 0 ? null : Every[place];
    }

    /// <summary>Whether it divides time.</summary>
    public static bool IsTime(LedgerDimension dimension) => dimension is LedgerDimension.Hour or LedgerDimension.Day or LedgerDimension.Month;
}
