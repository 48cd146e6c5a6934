namespace AiGateway.Accounting.Reports;

/// <summary>A group whose cost has changed.</summary>
/// <param name="Keys">The group's values.</param>
/// <param name="Cost">Its cost in the period.</param>
/// <param name="Before">Its cost in the one before.</param>
internal sealed record ReportMover(IReadOnlyList<string> Keys, decimal Cost, decimal Before)
{
    /// <summary>How much more it is; negative for less.</summary>
    public decimal Change => Cost - Before;
}
