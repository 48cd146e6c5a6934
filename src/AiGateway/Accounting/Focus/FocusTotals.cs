using System.Globalization;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Focus;

/// <summary>What is said of an export beside its file.</summary>
internal static class FocusTotals
{
    /// <summary>How many lines, what they sum to, and what the sum does not hold.</summary>
    public static string Of(IReadOnlyList<FocusLine> lines)
    {
        var unpriced = lines.Where(static line => line.Key.Status == FocusStatus.Unpriced).ToList();
        var estimated = lines.Count(static line => line.Key.IsEstimated);
        return string.Create(CultureInfo.InvariantCulture, $"{lines.Count} lines, {UsdText.Format(lines.Sum(static line => line.Amount))} USD")
            + (unpriced.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; without a price and in no amount: {unpriced.Count} lines"))
            + (estimated == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; estimated: {estimated} lines"));
    }
}
