using System.Text;
using AiGateway.Accounting;
using AiGateway.Accounting.Focus;
using AiGateway.Accounting.Reports;
using AiGateway.Hosting;

namespace AiGateway.Cli;

/// <summary><c>ledger export</c>: a file for each day in the FinOps FOCUS format, beside a running gateway or without one.</summary>
internal sealed class FocusExportCommand(TextWriter output, TextWriter error, LedgerFinder ledgers, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>Its name in the schema's file.</summary>
    public const string SchemaFile = "focus-schema.json";

    private const int MostDays = 1_000;
    private const int BufferLength = 64 * 1024;

    public static readonly string[] Valued = ["data", "from", "to", "output", "format", .. FocusOptions.Names];

    /// <summary>Writes the files.</summary>
    public async Task<int> RunAsync(Options options)
    {
        var focus = FocusOptions.TryRead(options.Value, out var problem);
        var now = clock.GetUtcNow();
        DateTimeOffset? End(string name, string standard) => PeriodWords.Read(options.Value(name) ?? standard, TimeZoneInfo.Utc, now);
        var (from, to) = (End("from", "yesterday"), End("to", "today"));
        problem ??= ProblemOf(options, from, to);
        if (problem is not null)
        {
            await error.WriteLineAsync(problem);
            return ExitCode.Misuse;
        }
        return await ledgers.RunAsync(options, async place =>
        {
            var routing = RoutingFilePath.From(options, environment);
            // Without a routing file providers are what the list calls them.
            var config = File.Exists(routing) ? await RoutingPrices.ReadAsync(routing, environment, error) : null;
            if (config is null && File.Exists(routing))
            {
                return ExitCode.Bad;
            }
            focus = focus! with { List = new ListPrices(PriceCatalogue.Load(PricesCommand.ListPath(environment)), config) };
            await WriteAsync(place.Reader(), focus, from!.Value, to!.Value, options.Value("output")!);
            return ExitCode.Good;
        });
    }

    private static string? ProblemOf(Options options, DateTimeOffset? from, DateTimeOffset? to)
    {
        if (options.Value("format") is { } format && format != "focus")
        {
            return $"'--format' is '{format}'. Known: focus. For sums in other formats: AiGateway report.";
        }
        if (options.Value("output") is not { Length: > 0 })
        {
            return "'ledger export' needs '--output', the folder of its files.";
        }
        var wrong = from is null ? "from" : to is null ? "to" : null;
        if (wrong is not null)
        {
            return $"'--{wrong}' is '{options.Value(wrong)}'. Write {PeriodWords.Forms}.";
        }
        if (from!.Value.TimeOfDay != TimeSpan.Zero || to!.Value.TimeOfDay != TimeSpan.Zero)
        {
            return "An export is of whole days (UTC): '--from' and '--to' are dates.";
        }
        return from >= to ? "'--from' is not before '--to'. '--to' is not included: a day is --from 2026-11-01 --to 2026-11-02."
            : (to.Value - from.Value).TotalDays > MostDays ? $"The period is longer than {MostDays} days." : null;
    }

    private async Task WriteAsync(ILedgerReader reader, FocusOptions options, DateTimeOffset from, DateTimeOffset to, string target)
    {
        Directory.CreateDirectory(target);
        await File.WriteAllBytesAsync(Path.Combine(target, SchemaFile), FocusCsv.Schema(options, clock.GetUtcNow()));
        for (var day = from; day < to && day <= clock.GetUtcNow(); day = day.AddDays(1))
        {
            var lines = FocusExport.Make(reader, day, options);
            var path = Path.Combine(target, $"focus-{FocusExport.Name(day)}.csv");
            // Under another name until it is whole: whoever collects the folder never sees half a day.
            var partial = path + ".partial";
            await using (var writer = new StreamWriter(partial, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferLength))
            {
                var columns = FocusColumns.Of(options.Version);
                await writer.WriteAsync(FocusCsv.Head(columns));
                foreach (var line in lines)
                {
                    await writer.WriteAsync(FocusCsv.Row(columns, line));
                }
            }
            File.Move(partial, path, overwrite: true);
            await output.WriteLineAsync($"{path}: {FocusTotals.Of(lines)}");
        }
    }
}
