using System.Globalization;
using System.Text.Json;
using AiGateway.Accounting;
using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Lines;
using AiGateway.Accounting.Lists;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Storage;
using Microsoft.Data.Sqlite;

namespace AiGateway.Cli;

/// <summary><c>prices diff</c>: what changed between two price lists, and what that does to a spend.</summary>
internal sealed class PricesDiffCommand(TextWriter output, TextWriter error)
{
    /// <summary>0 when both files could be read and every line of usage was good; 1 when a line was bad; 2 when a file cannot be read.</summary>
    /// <param name="older">The older list.</param>
    /// <param name="newer">The newer list.</param>
    /// <param name="usage">What was consumed: a ledger (its file, or the data folder), lines as <c>prices cost</c> takes them, or the gateway's own records; null for none.</param>
    /// <param name="from">The first instant of it that counts; null for all.</param>
    /// <param name="to">The instant after the last; null for all.</param>
    /// <param name="config">The routing file, for its providers and prices; null for the lists alone.</param>
    public async Task<int> RunAsync(string older, string newer, string? usage, DateTimeOffset? from, DateTimeOffset? to, GatewayConfig? config)
    {
        try
        {
            var (oldBytes, newBytes) = (await File.ReadAllBytesAsync(older), await File.ReadAllBytesAsync(newer));
            var lines = PriceListDiff.Compare(new PriceListText(oldBytes), new PriceListText(newBytes));
            foreach (var line in lines)
            {
                await output.WriteLineAsync(line);
            }
            if (lines.Count == 0)
            {
                await output.WriteLineAsync("No price differs.");
            }
            if (usage is null)
            {
                return ExitCode.Good;
            }
            using var before = new UsageLinePricer(new PriceBook(PriceCatalogue.Parse(oldBytes), config));
            using var after = new UsageLinePricer(new PriceBook(PriceCatalogue.Parse(newBytes), config));
            return await EffectAsync(UsageFile.Read(usage).Where(line => line is null || ((from is null || line.At >= from) && (to is null || line.At < to))), before, after, usage);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or JsonException or InvalidOperationException or ArgumentException or SqliteException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Misuse;
        }
    }

    /// <summary>What is wrong with the command line; null when nothing is.</summary>
    public static string? ProblemOf(Options options) =>
        options.Has("ledger") ? options.Operands.Count == 0 ? "'prices diff --ledger' needs a file: the newer price list. The older is the gateway's own, or the first of two." : options.Value("usage") is null ? null : "'--usage' and '--ledger' name two spends; give one."
        : options.Operands.Count != 2 ? "'prices diff' needs two files: the older and the newer price list."
        : null;

    /// <summary>What the calls of a period would have cost by the newer list, by model, against what they count as in the ledger.</summary>
    public async Task<int> LedgerAsync(string newer, LedgerPlace place, DateTimeOffset from, DateTimeOffset to, GatewayConfig config, TimeProvider clock)
    {
        try
        {
            using var store = place.Corrections();
            var prices = new LedgerLinePricer(new PriceBook(PriceCatalogue.Load(newer), config));
            var effect = new Restater(store, prices, clock).Run(new RestatementOrder(from, to, [], [], "", "", ""), isDryRun: true);
            await output.WriteLineAsync();
            await output.WriteLineAsync($"The ledger from {ReportColumns.Time(from)} to {ReportColumns.Time(to)} by the newer list, in USD (calls without a price count 0):");
            await output.WriteAsync(CorrectionReports.WriteByModel(effect));
            return ExitCode.Good;
        }
        catch (Exception exception) when (exception is LedgerStoreException or InvalidDataException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Bad;
        }
    }

    private async Task<int> EffectAsync(IEnumerable<UsageLine?> lines, UsageLinePricer before, UsageLinePricer after, string path)
    {
        var sums = new SortedDictionary<string, Effect>(StringComparer.OrdinalIgnoreCase);
        var bad = 0;
        foreach (var line in lines)
        {
            if (line is null || before.Price(line, out var old) is not null || after.Price(line, out var now) is not null)
            {
                bad++;
                continue;
            }
            var name = $"{line.Provider}/{line.Model}";
            var sum = sums.GetValueOrDefault(name);
            sums[name] = new Effect(
                sum.Calls + 1, sum.Before + (old!.Total ?? 0), sum.After + (now!.Total ?? 0),
                sum.UnpricedBefore + (old.Total is null ? 1 : 0), sum.UnpricedAfter + (now.Total is null ? 1 : 0));
        }
        await output.WriteLineAsync();
        await output.WriteLineAsync("Effect on the usage in USD (calls without a price count 0 and are told apart):");
        foreach (var (name, sum) in sums)
        {
            if (sum.Before != sum.After || sum.UnpricedBefore != sum.UnpricedAfter)
            {
                await output.WriteLineAsync($"    {name}: {sum}");
            }
        }
        var all = sums.Values.Aggregate(default(Effect), static (left, right) => new Effect(
            left.Calls + right.Calls, left.Before + right.Before, left.After + right.After, left.UnpricedBefore + right.UnpricedBefore, left.UnpricedAfter + right.UnpricedAfter));
        await output.WriteLineAsync($"    all: {all}");
        if (bad > 0)
        {
            await error.WriteLineAsync($"{bad} lines of '{path}' could not be read; 'prices cost' says why.");
        }
        return bad > 0 ? ExitCode.Bad : ExitCode.Good;
    }

    private readonly record struct Effect(long Calls, decimal Before, decimal After, long UnpricedBefore, long UnpricedAfter)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{UsdText.Format(Before)} -> {UsdText.Format(After)}{(Before > 0 ? ((After / Before) - 1).ToString(" (+0.##%); (-0.##%); (0%)", CultureInfo.InvariantCulture) : "")}, {Calls} calls{(UnpricedBefore + UnpricedAfter > 0 ? $", unpriced {UnpricedBefore} -> {UnpricedAfter}" : "")}");
    }
}
