namespace AiGateway.CacheQuality.Reports;

/// <summary>All that a run has measured.</summary>
/// <param name="Rows">Ours, one for each bound that was asked for.</param>
/// <param name="Curve">Ours at further bounds.</param>
/// <param name="Thresholds">Fixed thresholds.</param>
/// <param name="Verified">vCache, one for each of <paramref name="Rows"/>.</param>
/// <param name="Judge">How the built-in judge compares with the labels; null where the labels judge.</param>
internal sealed record QualityReport(
    IReadOnlyList<QualityRow> Rows,
    IReadOnlyList<QualityRow> Curve,
    IReadOnlyList<QualityRow> Thresholds,
    IReadOnlyList<QualityRow> Verified,
    JudgeQuality? Judge)
{
    /// <summary>The fixed threshold that hits most of those that are not wrong more often than a row; null where all are.</summary>
    internal QualityRow? BestThreshold(QualityRow row) =>
        Thresholds.Where(t => t.Counts.Served > 0 && t.WrongShare <= row.WrongShare).MaxBy(t => t.Counts.Served);
}
