namespace AiGateway.Accounting.Reports;

/// <summary>What sums can be grouped and filtered by.</summary>
/// <param name="Name">Its name; that of a column too, but for tags.</param>
internal readonly record struct LedgerDimension(string Name)
{
    private const string TagPrefix = "tag:";

    /// <summary>The key that was used.</summary>
    public static readonly LedgerDimension Caller = new("caller");

    /// <summary>Its organisation.</summary>
    public static readonly LedgerDimension Organisation = new("organisation");

    /// <summary>Its team.</summary>
    public static readonly LedgerDimension Team = new("team");

    /// <summary>Its project.</summary>
    public static readonly LedgerDimension Project = new("project");

    /// <summary>The alias that was asked for.</summary>
    public static readonly LedgerDimension Alias = new("alias");

    /// <summary>What was asked.</summary>
    public static readonly LedgerDimension Operation = new("operation");

    /// <summary>The deployment that was called.</summary>
    public static readonly LedgerDimension Deployment = new("deployment");

    /// <summary>Its provider.</summary>
    public static readonly LedgerDimension Provider = new("provider");

    /// <summary>The model that was called.</summary>
    public static readonly LedgerDimension Model = new("model");

    /// <summary>The class of the status that the caller got: <c>2xx</c> and its like.</summary>
    public static readonly LedgerDimension Status = new("status");

    /// <summary>What the call was made for.</summary>
    public static readonly LedgerDimension Kind = new("kind");

    /// <summary>The hour; no filter.</summary>
    public static readonly LedgerDimension Hour = new("hour");

    /// <summary>The day; no filter.</summary>
    public static readonly LedgerDimension Day = new("day");

    /// <summary>The month; no filter.</summary>
    public static readonly LedgerDimension Month = new("month");

    /// <summary>The value of a tag that sums are kept by (<c>report: true</c>).</summary>
    public static LedgerDimension Tag(string name) => new(TagPrefix + name);

    /// <summary>The tag's name; null for other dimensions.</summary>
    public string? TagName => Name.StartsWith(TagPrefix, StringComparison.Ordinal) ? Name[TagPrefix.Length..] : null;
}
