using System.Diagnostics;
using System.Globalization;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Storage.Postgres;

namespace AiGateway.Benchmarks.Ledger;

/// <summary><c>--ledger-postgres URL [RECORDS [MONTH]]</c>: fills a ledger in an empty PostgreSQL database with the first records of a month of usage that has MONTH, in the committer's batches, and times reports on it.</summary>
internal static class PostgresMeasurement
{
    // As LedgerCommitter takes them.
    private const int BatchSize = 2048;
    private const int BatchesBetweenLines = 50;
    private const int ReportRounds = 5;

    /// <summary>Runs it.</summary>
    public static int Run(string[] args)
    {
        var place = Array.IndexOf(args, "--ledger-postgres");
        var reader = new PostgresAddressReader(new SecretResolver(Environment.GetEnvironmentVariable, "."));
        if (place + 1 >= args.Length || !PostgresAddressReader.IsAddress(args[place + 1]) || reader.Read(args[place + 1], isResolved: false) is not { } address)
        {
            Console.Error.WriteLine($"--ledger-postgres is followed by {PostgresAddressReader.Form}: {reader.Problem}");
            return 2;
        }
        long Number(int after, long otherwise) => place + after < args.Length && long.TryParse(args[place + after], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : otherwise;
        var records = Number(2, 1_000_000);
        var folder = Directory.CreateTempSubdirectory("aigateway-ledger-").FullName;
        try
        {
            using var database = new PostgresDatabase(address);
            Fill(database, folder, records, new LedgerMonth(Number(3, records)));
            Report(new PostgresLedgerReader(database));
            foreach (var (name, figure) in new PostgresLedgerAudit(database).Statistics())
            {
                Print(name, figure);
            }
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Fill(PostgresDatabase database, string folder, long records, LedgerMonth month)
    {
        using var store = new PostgresLedgerStore(database, folder, TimeProvider.System);
        var batch = new LedgerBatch();
        var (took, cpu) = (TimeSpan.Zero, TimeSpan.Zero);
        using var process = Process.GetCurrentProcess();
        for (var number = 0L; number < records;)
        {
            batch.Clear();
            for (; batch.Count < BatchSize && number < records; number++)
            {
                batch.Requests.Add(month[number]);
            }
            process.Refresh();
            var (began, cpuBefore) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
            store.Append(batch);
            process.Refresh();
            took += Stopwatch.GetElapsedTime(began);
            cpu += process.TotalProcessorTime - cpuBefore;
            if (number % (BatchSize * BatchesBetweenLines) == 0)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number} records, {number / took.TotalSeconds:0}/s"));
            }
        }
        Print("records", $"{records}");
        Print("records/s", $"{records / took.TotalSeconds:0}");
        Print("gateway's CPU per record", $"{(cpu / records).TotalMicroseconds:0.0} us");
    }

    private static void Report(PostgresLedgerReader reader)
    {
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

    private static void Print(string name, FormattableString figure) => Print(name, FormattableString.Invariant(figure));

    private static void Print(string name, string figure) => Console.WriteLine($"{name,-32}{figure}");
}
