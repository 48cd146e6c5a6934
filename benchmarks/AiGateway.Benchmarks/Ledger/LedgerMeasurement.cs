using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using AiGateway.Accounting;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Benchmarks.Gateway;
using AiGateway.Configuration;
using AiGateway.LoadTest.Http;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Storage.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Benchmarks.Ledger;

/// <summary><c>--ledger [RECORDS] [--folder FOLDER]</c>: fills a ledger with a month of usage, times reports on it, and runs records through the whole queue.</summary>
internal static class LedgerMeasurement
{
    private const int BatchSize = 4096;
    private const int ReportRounds = 5;

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var place = Array.IndexOf(args, "--ledger");
        var records = place + 1 < args.Length && long.TryParse(args[place + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1_000_000;
        var kept = Array.IndexOf(args, "--folder") is >= 0 and var folderPlace ? args[folderPlace + 1] : null;
        var folder = kept ?? Directory.CreateTempSubdirectory("aigateway-ledger-").FullName;
        try
        {
            var path = Path.Combine(folder, LedgerFile.Name);
            if (!File.Exists(path))
            {
                Fill(path, records);
            }
            Report(path);
            await QueueAsync(Path.Combine(folder, "queue"), Math.Min(records, 200_000));
            return 0;
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static void Fill(string path, long records)
    {
        var month = new LedgerMonth(records);
        using var store = new SqliteLedgerStore(path, TimeProvider.System);
        var batch = new LedgerBatch();
        var (watch, made, cpu) = (Stopwatch.StartNew(), TimeSpan.Zero, Process.GetCurrentProcess().TotalProcessorTime);
        for (var number = 0L; number < records;)
        {
            var began = watch.Elapsed;
            batch.Clear();
            for (; batch.Count < BatchSize && number < records; number++)
            {
                batch.Requests.Add(month[number]);
            }
            made += watch.Elapsed - began;
            store.Append(batch);
            if (number % (BatchSize * 100) == 0)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number} records, {number / (watch.Elapsed - made).TotalSeconds:0}/s"));
            }
        }
        var took = watch.Elapsed - made;
        Print("store: records", $"{records}");
        Print("store: records/s", $"{records / took.TotalSeconds:0}");
        Print("store: CPU per record", $"{((Process.GetCurrentProcess().TotalProcessorTime - cpu - made) / records).TotalMicroseconds:0.0} us");
        Print("store: bytes per record", $"{new FileInfo(path).Length / records}");
    }

    private static void Report(string path)
    {
        var reader = new SqliteLedgerReader(path);
        var now = LedgerMonth.To.AddDays(2);
        foreach (var by in (string[])["team,model", "caller,model,status", "day,team", "hour"])
        {
            var query = ReportQuery.TryRead(name => name switch { "from" => ["2026-11-01"], "to" => ["2026-12-01"], "by" => [by], _ => [] }, now, ReportFormat.Csv, out _)!;
            var times = new List<double>();
            var groups = 0;
            for (var round = 0; round < ReportRounds; round++)
            {
                var began = Stopwatch.GetTimestamp();
                groups = ReportMaker.Make(reader, query, now).Groups;
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            Print($"report by {by}", $"{times.Order().ElementAt(ReportRounds / 2):0} ms (median of {ReportRounds}; {groups} groups)");
        }
    }

    /// <summary>From the request's thread to the committed row.</summary>
    private static async Task QueueAsync(string folder, long records)
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
        var (watch, cpu, onRequest) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime, TimeSpan.Zero);
        for (var number = 0L; number < records; number++)
        {
            var record = LedgerRecords.Make(snapshot, request, usage, costs);
            var began = Stopwatch.GetTimestamp();
            queue.OnSettled(record);
            onRequest += Stopwatch.GetElapsedTime(began);
            if (number % 10_000 == 9_999)
            {
                // The memory of the queue is bounded; a gateway cannot make records that fast.
                await Task.Delay(50);
            }
        }
        await queue.StopAsync(CancellationToken.None);
        var took = watch.Elapsed;
        Print("queue: records/s to the committed row", $"{records / took.TotalSeconds:0}");
        Print("queue: on the request's thread", $"{(onRequest / records).TotalNanoseconds:0} ns");
        Print("queue: CPU per record, all threads, making it included", $"{((Process.GetCurrentProcess().TotalProcessorTime - cpu) / records).TotalMicroseconds:0.0} us");
        await queue.DisposeAsync();
        var reader = new SqliteLedgerReader(Path.Combine(folder, LedgerFile.Name));
        var now = TimeProvider.System.GetUtcNow();
        var counted = reader.Sum(new LedgerQuery { From = now.AddDays(-2), To = now.AddDays(2) })[0].Sums.Requests;
        Print("queue: records in the ledger", $"{counted} of {records}");
        Directory.Delete(folder, recursive: true);
    }

    private static void Print(string name, FormattableString figure) => Console.WriteLine($"{name,-60}{FormattableString.Invariant(figure)}");
}
