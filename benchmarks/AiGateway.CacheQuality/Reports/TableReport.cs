namespace AiGateway.CacheQuality.Reports;

/// <summary>Writes a report as Markdown tables.</summary>
internal static class TableReport
{
    private const string Columns = "| bound | served | hit rate | wrong | 95 % interval | checks | of these extra calls | look-up p50 / p99 |";
    private const string Rule = "|--:|--:|--:|--:|--:|--:|--:|--:|";

    internal static void Write(QualityReport report, TextWriter target)
    {
        target.WriteLine($"{report.Rows[0].Counts.Requests} questions. Checks and extra calls are shares of all questions; an extra call is a check of what would have been served.");
        if (report.Judge is { } judge)
        {
            target.WriteLine();
            target.WriteLine($"Built-in judge, with the questions in place of answers: of {judge.WrongHits} wrong would-be hits it takes {judge.FalseAcceptShare:P1} for right, of {judge.RightHits} right ones {judge.FalseRejectShare:P1} for wrong. The acceptance model was told: at most {judge.Assumed.FalseAcceptUpper:P1} false accepts (upper limit, among the safest third, from a fifth of the questions).");
        }
        target.WriteLine();
        target.WriteLine(Columns);
        target.WriteLine(Rule);
        foreach (var row in report.Rows)
            WriteRow(target, $"{row.Bound}", row);

        target.WriteLine();
        target.WriteLine("Beside it, the best fixed threshold that is not wrong more often, and vCache with the same bound:");
        target.WriteLine();
        target.WriteLine(Columns.Replace("bound", "bound, way", StringComparison.Ordinal));
        target.WriteLine(Rule);
        for (var i = 0; i < report.Rows.Count; i++)
        {
            if (report.BestThreshold(report.Rows[i]) is { } threshold)
                WriteRow(target, $"{report.Rows[i].Bound}, {threshold.Name}", threshold);
            else
                target.WriteLine($"| {report.Rows[i].Bound}, no threshold | | | | | | | |");
            WriteRow(target, $"{report.Rows[i].Bound}, {report.Verified[i].Name}", report.Verified[i]);
        }

        target.WriteLine();
        target.WriteLine("The curve over bounds, and fixed thresholds:");
        target.WriteLine();
        target.WriteLine(Columns);
        target.WriteLine(Rule);
        foreach (var row in report.Curve)
            WriteRow(target, $"{row.Bound}", row);
        foreach (var row in report.Thresholds.Where((_, i) => i % 3 == 0))
            WriteRow(target, row.Name, row);
    }

    private static void WriteRow(TextWriter target, string name, QualityRow row)
    {
        var (low, high) = row.WrongInterval;
        target.WriteLine($"| {name} | {row.Counts.Served} | {row.HitRate:P1} | {row.WrongShare:P2} | {low:P2} – {high:P2} | {row.CheckRate:P1} | {row.ExtraCallRate:P1} | {row.Times.Median:F0} / {row.Times.P99:F0} µs |");
    }
}
