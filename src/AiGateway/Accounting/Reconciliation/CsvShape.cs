namespace AiGateway.Accounting.Reconciliation;

/// <summary>Which columns of a CSV export hold what. Names are compared without letter case; of several the first that the file has counts.</summary>
/// <param name="Name">What the export is called.</param>
/// <param name="Day">The day or its beginning.</param>
/// <param name="Amount">The amount; none for exports of usage.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="Model">The model, or a text that names it.</param>
internal sealed record CsvShape(string Name, string[] Day, string[] Amount, string[] Currency, string[] Model)
{
    /// <summary>What a column may hold, as options and mapping files name it.</summary>
    public static readonly string[] RoleNames = ["day", "amount", "currency", "model", "meter", "quantity", "unit", "input_tokens", "output_tokens"];

    /// <summary>Columns that a file of this shape has at least; what it is recognised by.</summary>
    public string[] Signs { get; init; } = [];

    /// <summary>A text that says whether the quantity is input or output; where it is null, <see cref="Model"/> does.</summary>
    public string[] Meter { get; init; } = [];

    /// <summary>How much was consumed.</summary>
    public string[] Quantity { get; init; } = [];

    /// <summary>Of what: <c>1K</c>, <c>1M Tokens</c>, <c>Tokens</c>.</summary>
    public string[] Unit { get; init; } = [];

    /// <summary>Input tokens, where they have a column of their own.</summary>
    public string[] InputTokens { get; init; } = [];

    /// <summary>Output tokens, likewise.</summary>
    public string[] OutputTokens { get; init; } = [];

    /// <summary>The service, for bills that have others in them.</summary>
    public string[] Service { get; init; } = [];

    /// <summary>What the service's name contains where a line is about models; empty for any.</summary>
    public string[] Services { get; init; } = [];

    /// <summary>Column of a JSON object, as CUR 2.0 nests them, in which <c>model</c> stands; null for none.</summary>
    public string? Nested { get; init; }

    /// <summary>The shape of a file whose columns are told.</summary>
    /// <param name="columns">The column of each of <see cref="RoleNames"/>.</param>
    /// <param name="problem">What is wrong, and the way out; null when nothing is.</param>
    public static CsvShape? TryMake(IReadOnlyDictionary<string, string> columns, out string? problem)
    {
        problem = columns.Keys.FirstOrDefault(static name => !RoleNames.Contains(name)) is { } unknown
            ? $"There is no column for '{unknown}': known are {string.Join(", ", RoleNames)}."
            : !columns.ContainsKey("day") || (!columns.ContainsKey("amount") && !columns.ContainsKey("input_tokens"))
                ? "Of the columns the day and the amount are needed: --column day=usage_date --column amount=cost --column model=sku." : null;
        string[] Of(string name) => columns.TryGetValue(name, out var column) ? [column] : [];
        return problem is not null ? null : new CsvShape("given columns", Of("day"), Of("amount"), Of("currency"), Of("model"))
        {
            Meter = Of("meter"),
            Quantity = Of("quantity"),
            Unit = Of("unit"),
            InputTokens = Of("input_tokens"),
            OutputTokens = Of("output_tokens"),
        };
    }
}
