using System.Security.Cryptography;
using AiGateway.Accounting;
using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Lines;
using AiGateway.Accounting.Reports;
using AiGateway.Hosting;
using AiGateway.Storage;

namespace AiGateway.Cli;

/// <summary><c>ledger restate|close|corrections</c>: what finance corrects, beside the gateway or without it.</summary>
internal sealed class LedgerCorrectionCommand(TextWriter output, TextWriter error, LedgerFinder ledgers, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>The words that may follow <c>ledger</c>.</summary>
    public static readonly string[] Actions = ["restate", "close", "corrections"];

    private const int LongestText = 500;
    private const int DigestLength = 6;

    /// <summary>Reads an action's arguments. The operand of <c>close</c> is the month.</summary>
    public static Options Parse(string action, ReadOnlySpan<string> args) => action switch
    {
        "close" => Options.Parse(args, ["data", "tz", "by", "reason", Options.Config], [], maxOperands: 1),
        "restate" => Options.ParseWithFile(args, ["data", "from", "to", "tz", "model", "provider", "reason", "by"], ["dry-run"]),
        _ => Options.ParseWithFile(args, ["data"], []),
    };

    /// <summary>Runs one action.</summary>
    public async Task<int> RunAsync(string action, Options options)
    {
        string? problem = null;
        var order = action == "restate" ? OrderOf(options, out problem) : null;
        if (action == "close" && options.Operands.Count == 0)
        {
            problem = "'ledger close' needs the month: ledger close 2026-10.";
        }
        var tooLong = Array.Find(["by", "reason"], name => options.Value(name)?.Length > LongestText);
        problem ??= tooLong is null ? null : $"'--{tooLong}' is longer than {LongestText} characters.";
        if (problem is not null)
        {
            await error.WriteLineAsync(problem);
            return ExitCode.Misuse;
        }
        return await ledgers.RunAsync(options, place => action switch
        {
            "restate" => RestateAsync(place, order!, options),
            "close" => CloseAsync(place, options),
            _ => ListAsync(place),
        });
    }

    private static string By(Options options) => options.Value("by") ?? Environment.UserName;

    private RestatementOrder? OrderOf(Options options, out string? problem)
    {
        problem = null;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.Value("tz") ?? "UTC", out var zone))
        {
            problem = $"'--tz' is '{options.Value("tz")}', which is no time zone. Write one of the IANA database, such as Europe/Berlin, or UTC.";
            return null;
        }
        var (from, to) = (options.Value("from"), options.Value("to") ?? "tomorrow");
        if (from is null || !(options.Values("model").Any() || options.Values("provider").Any()) || options.Value("reason") is not { Length: > 0 } reason)
        {
            problem = "'ledger restate' needs '--from' (the day on which the price began to be wrong), '--model' or '--provider', and '--reason'.";
            return null;
        }
        var now = clock.GetUtcNow();
        if (PeriodWords.Read(from, zone, now) is not { } begins || PeriodWords.Read(to, zone, now) is not { } ends)
        {
            problem = $"'--from' and '--to' take {PeriodWords.Forms}.";
            return null;
        }
        if (begins >= ends)
        {
            problem = $"'--from' ({ReportColumns.Time(begins)}) is not before '--to' ({ReportColumns.Time(ends)}), which is not included.";
            return null;
        }
        return new RestatementOrder(begins, ends, [.. options.Values("model")], [.. options.Values("provider")], By(options), reason, "");
    }

    private async Task<int> RestateAsync(LedgerPlace place, RestatementOrder order, Options options)
    {
        var routing = RoutingFilePath.From(options, environment);
        if (await RoutingPrices.ReadAsync(routing, environment, error) is not { } config)
        {
            return ExitCode.Bad;
        }
        PriceCatalogue catalogue;
        try
        {
            var list = PricesCommand.ListPath(environment);
            catalogue = PriceCatalogue.Load(list);
            catalogue.Check(list);
            order = order with { Prices = $"the list of {catalogue.Date ?? "no date"} ({Digest(list)}) and the routing file ({Digest(routing)})" };
        }
        catch (InvalidDataException e)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCode.Bad;
        }
        var isDryRun = options.Has("dry-run");
        using var store = isDryRun ? place.Corrections() : place.CorrectionsToWrite(clock);
        var effect = new Restater(store, new LedgerLinePricer(new PriceBook(catalogue, config)), clock).Run(order, isDryRun);
        await output.WriteLineAsync($"{order.Subject} from {ReportColumns.Time(order.From)} to {ReportColumns.Time(order.To)}, in USD (calls without a price count 0):");
        await output.WriteAsync(CorrectionReports.Write(effect));
        await output.WriteLineAsync(isDryRun ? "Nothing was written: leave --dry-run out to restate."
            : effect.Entry is { } entry ? $"Restated: correction {entry.Place}. 'report --as-recorded' shows the figures before."
            : "Nothing differs from what the ledger says; nothing was written.");
        return ExitCode.Good;
    }

    private async Task<int> CloseAsync(LedgerPlace place, Options options)
    {
        using var store = place.CorrectionsToWrite(clock);
        if (new PeriodCloser(store, clock).Close(options.Operands[0], options.Value("tz"), By(options), options.Value("reason"), out var entry) is { } problem)
        {
            await error.WriteLineAsync(problem);
            return ExitCode.Bad;
        }
        await output.WriteLineAsync($"Closed: {entry!.Subject} and everything before {ReportColumns.Time(entry.To)} ({entry.Zone}). What is found out of it later is an adjustment of the month after.");
        return ExitCode.Good;
    }

    private async Task<int> ListAsync(LedgerPlace place)
    {
        using var store = place.Corrections();
        var all = store.All();
        foreach (var entry in all)
        {
            await output.WriteLineAsync(CorrectionReports.Write(entry));
        }
        if (all.Count == 0)
        {
            await output.WriteLineAsync("No month was closed, and nothing was restated.");
        }
        return ExitCode.Good;
    }

    private static string Digest(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)).AsSpan(0, DigestLength));
}
