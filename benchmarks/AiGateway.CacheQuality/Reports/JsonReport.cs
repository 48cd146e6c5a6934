using System.Text.Json;

namespace AiGateway.CacheQuality.Reports;

/// <summary>Writes a report as a JSON array with one object for each bound.</summary>
internal static class JsonReport
{
    internal static void Write(QualityReport report, Stream target)
    {
        using var json = new Utf8JsonWriter(target, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        for (var i = 0; i < report.Rows.Count; i++)
        {
            var bound = report.Rows[i].Bound.GetValueOrDefault();
            json.WriteStartObject();
            WriteMembers(json, report.Rows[i], bound);
            if (report.Judge is { } judge)
            {
                json.WriteNumber("judge_false_accept", Rounded(judge.FalseAcceptShare));
                json.WriteNumber("judge_false_reject", Rounded(judge.FalseRejectShare));
            }
            json.WriteStartArray("baselines");
            foreach (var baseline in (IEnumerable<QualityRow>)[.. report.Thresholds, report.Verified[i]])
            {
                json.WriteStartObject();
                json.WriteString("name", baseline.Name);
                // A threshold knows no bound; it stands beside the one that it is compared at.
                WriteMembers(json, baseline, bound);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteMembers(Utf8JsonWriter json, QualityRow row, decimal bound)
    {
        json.WriteNumber("bound", bound);
        json.WriteNumber("requests", row.Counts.Requests);
        json.WriteNumber("served", row.Counts.Served);
        json.WriteNumber("wrong", row.Counts.Wrong);
        json.WriteNumber("wrong_low", Rounded(row.WrongInterval.Low));
        json.WriteNumber("wrong_high", Rounded(row.WrongInterval.High));
        json.WriteNumber("hit_rate", Rounded(row.HitRate));
        json.WriteNumber("check_rate", Rounded(row.CheckRate));
        json.WriteNumber("extra_call_rate", Rounded(row.ExtraCallRate));
        json.WriteNumber("lookup_us_p50", Math.Round(row.Times.Median, 1));
        json.WriteNumber("lookup_us_p99", Math.Round(row.Times.P99, 1));
    }

    private static double Rounded(double share) => Math.Round(share, 6);
}
