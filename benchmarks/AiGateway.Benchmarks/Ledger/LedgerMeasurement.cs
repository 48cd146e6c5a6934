using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using AiGateway.Accounting;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Benchmarks.Gateway;
using AiGateway.Configuration;
using AiGateway.LoadTest;
using AiGateway.LoadTest.Reporting;
using AiGateway.Pipeline;
using AiGateway.Storage.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Benchmarks.Ledger;

/// <summary><c>--ledger [RECORDS] [--folder FOLDER] [--output FILE]</c>: fills a ledger with a month of usage through the real store, times reports and verification on it, and runs records through the whole queue.</summary>
internal static class LedgerMeasurement
{
    // As many as the committer takes at once.
    private const int BatchSize = 8192;
    private const int ReportRounds = 5;
    private const double LeastRecordsPerSecond = 20_000;
    private const double MostReportMilliseconds = 1_000;

    private static readonly Dictionary<string, string> Reports = new(StringComparer.Ordinal)
    {
        ["by team and model"] = "team,model",
        ["by day"] = "day",
        ["by day and team"] = "day,team",
        ["by caller, model and status"] = "caller,model,status",
        ["by hour"] = "hour",
    };

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var place = Array.IndexOf(args, "--ledger");
        var records = place + 1 < args.Length && long.TryParse(args[place + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1_000_000;
        var kept = Option(args, "--folder");
        var folder = kept ?? Directory.CreateTempSubdirectory("aigateway-ledger-").FullName;
        var report = new LoadTest.Reporting.Report(
            LoadTestOptions.Parse(["ledger", "--output", Option(args, "--output") ?? "-"]), $"AiGateway.Benchmarks {string.Join(' ', args)}", TimeProvider.System.GetUtcNow(), "Benchmark");
        var result = new ScenarioResult("ledger", string.Create(CultureInfo.InvariantCulture, $"A month of {records:#,0} requests in SQLite: 500 keys, 40 teams, 12 models, 16,384 users"));
        try
        {
            var path = Path.Combine(folder, LedgerFile.Name);
            var rows = new List<string[]>();
            if (!File.Exists(path))
            {
                Fill(path, records, result, rows);
            }
            TimeReports(path, result, rows);
            Verify(path, records, result, rows);
            await QueueAsync(Path.Combine(folder, "queue"), Math.Min(records, 200_000), result, rows);
            result.AddTable(["what", "figure"], rows);
            Console.WriteLine(report.Write([result]));
            return result.Failures.Count > 0 ? 1 : 0;
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var place && place + 1 < args.Length ? args[place + 1] : null;

    private static void Fill(string path, long records, ScenarioResult result, List<string[]> rows)
    {
        var month = new LedgerMonth(records);
        using var store = new SqliteLedgerStore(path, TimeProvider.System);
        var batch = new LedgerBatch();
        var bytes = new PayloadWriter();
        var (watch, made, cpu, madeCpu) = (Stopwatch.StartNew(), TimeSpan.Zero, Environment.CpuUsage.TotalTime, TimeSpan.Zero);
        for (var number = 0L; number < records;)
        {
            var (began, beganCpu) = (watch.Elapsed, Environment.CpuUsage.TotalTime);
            batch.Clear();
            for (; batch.Count < BatchSize && number < records; number++)
            {
                // As they come from the queue.
                bytes.CutTo(0);
                LedgerCodec.Write(bytes, month[number]);
                batch.Add(bytes.Written);
            }
            made += watch.Elapsed - began;
            madeCpu += Environment.CpuUsage.TotalTime - beganCpu;
            store.Append(batch);
            if (number % (BatchSize * 100) == 0)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number} records, {number / (watch.Elapsed - made).TotalSeconds:0}/s"));
            }
        }
        var perSecond = records / (watch.Elapsed - made).TotalSeconds;
        Add(result, rows, "store: records/s, sustained, one thread", "store.records_per_second", perSecond, "");
        Add(result, rows, "store: CPU per record", "store.cpu_us", ((Environment.CpuUsage.TotalTime - cpu - madeCpu) / records).TotalMicroseconds, " µs");
        Add(result, rows, "file", "store.megabytes", new FileInfo(path).Length / 1e6, " MB");
        Add(result, rows, "file per record", "store.bytes_per_record", new FileInfo(path).Length / (double)records, " bytes");
        result.Verdicts.Add(new Verdict("ledger_records_per_second", "records/s into SQLite", perSecond, null, LeastRecordsPerSecond, perSecond >= LeastRecordsPerSecond));
    }

    private static void TimeReports(string path, ScenarioResult result, List<string[]> rows)
    {
        var reader = new SqliteLedgerReader(path);
        foreach (var (name, by) in Reports)
        {
            Time(name, by, null);
        }
        Time("of one team, by day and model", "day,model", "team-7");

        void Time(string name, string by, string? team)
        {
            var now = LedgerMonth.To.AddDays(2);
            var query = ReportQuery.TryRead(
                name => name switch { "from" => ["2026-11-01"], "to" => ["2026-12-01"], "by" => [by], "team" when team is not null => [team], _ => [] }, now, ReportFormat.Csv, out _)!;
            var times = new List<double>();
            for (var round = 0; round < ReportRounds; round++)
            {
                var began = Stopwatch.GetTimestamp();
                ReportMaker.Make(reader, query, now);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            var median = times.Order().ElementAt(ReportRounds / 2);
            Add(result, rows, $"report of the month {name}, median of {ReportRounds}", $"report.{by.Replace(',', '_')}{(team is null ? "" : ".one_team")}_ms", median, " ms");
            result.Verdicts.Add(new Verdict("ledger_report_ms", $"report {name}, ms", median, MostReportMilliseconds, null, median <= MostReportMilliseconds));
        }
    }

    private static void Verify(string path, long records, ScenarioResult result, List<string[]> rows)
    {
        var began = Stopwatch.GetTimestamp();
        var verdict = new LedgerAudit(path, TimeProvider.System).Verify(null, null);
        Add(result, rows, "ledger verify", "verify.seconds", Stopwatch.GetElapsedTime(began).TotalSeconds, " s");
        if (verdict.Problem is { } problem)
        {
            result.Failures.Add(problem);
        }
        if (verdict.Requests != records)
        {
            result.Failures.Add($"{verdict.Requests} requests in the ledger, {records} were written.");
        }
    }

    /// <summary>From the request's thread to the committed row.</summary>
    private static async Task QueueAsync(string folder, long records, ScenarioResult result, List<string[]> rows)
    {
        Directory.CreateDirectory(folder);
        var snapshot = GatewayFixture.Snapshot();
        var request = GatewayFixture.Request();
        var usage = GatewayFixture.Usage();
        var costs = new CostCalculator(PriceCatalogue.LoadDefault());
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var queue = new LedgerQueue(
            folder, LedgerModel.Default, new SqliteLedgerStore(Path.Combine(folder, LedgerFile.Name), TimeProvider.System), costs, TimeProvider.System,
            new LedgerMetrics(services.GetRequiredService<IMeterFactory>(), TimeProvider.System), NullLogger<LedgerQueue>.Instance);
        var settled = new RequestRecord[10_000];
        var (cpu, onRequest) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var number = 0L; number < records; number += settled.Length)
        {
            for (var i = 0; i < settled.Length; i++)
            {
                settled[i] = LedgerRecords.Make(snapshot, request, usage, costs);
            }
            var (began, beganCpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            foreach (var record in settled)
            {
                queue.OnSettled(record);
            }
            onRequest += Stopwatch.GetElapsedTime(began);
            // The pace of 20,000 requests/s, which is the bar.
            await Task.Delay(500);
            cpu += Environment.CpuUsage.TotalTime - beganCpu;
        }
        var last = Environment.CpuUsage.TotalTime;
        await queue.StopAsync(CancellationToken.None);
        cpu += Environment.CpuUsage.TotalTime - last;
        Add(result, rows, "queue at 20,000 records/s: CPU per record, from the settled request to the committed row", "queue.cpu_us", (cpu / records).TotalMicroseconds, " µs");
        Add(result, rows, "of it on the request's thread", "queue.on_request_us", (onRequest / records).TotalMicroseconds, " µs");
        await queue.DisposeAsync();
        var reader = new SqliteLedgerReader(Path.Combine(folder, LedgerFile.Name));
        var now = TimeProvider.System.GetUtcNow();
        var counted = reader.Sum(new LedgerQuery { From = now.AddDays(-2), To = now.AddDays(2) })[0].Sums.Requests;
        if (counted != records)
        {
            result.Failures.Add($"{counted} requests came through the queue, {records} were settled.");
        }
        Directory.Delete(folder, recursive: true);
    }

    private static void Add(ScenarioResult result, List<string[]> rows, string what, string name, double figure, string unit)
    {
        result.Figures[name] = figure;
        rows.Add([what, ScenarioResult.Show(figure) + unit]);
    }
}
