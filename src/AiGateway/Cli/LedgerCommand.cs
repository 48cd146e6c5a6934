using AiGateway.Accounting.Reports;
using AiGateway.Storage.Ledger;

namespace AiGateway.Cli;

/// <summary><c>ledger verify|stats|erase|backup</c>: what an operator does with the ledger beside the gateway.</summary>
internal sealed class LedgerCommand(TextWriter output, TextWriter error, LedgerFinder ledgers, TimeProvider clock)
{
    /// <summary>The words that may follow <c>ledger</c>.</summary>
    public static readonly string[] Actions = ["verify", "stats", "erase", "backup"];

    private static readonly string[] Valued = ["data", "from", "to", "user"];

    /// <summary>Reads an action's arguments. The operand of <c>backup</c> is the copy.</summary>
    public static Options Parse(string action, ReadOnlySpan<string> args) =>
        action == "backup" ? Options.Parse(args, [.. Valued, Options.Config], [], maxOperands: 1) : Options.ParseWithFile(args, Valued, []);

    /// <summary>Runs one action.</summary>
    public async Task<int> RunAsync(string action, Options options)
    {
        if (ProblemOf(action, options) is { } problem)
        {
            await error.WriteLineAsync(problem);
            return ExitCode.Misuse;
        }
        return await ledgers.RunAsync(options, place =>
        {
            var audit = place.Audit(clock);
            return action switch
            {
                "verify" => VerifyAsync(audit, options),
                "stats" => StatisticsAsync(audit),
                "erase" => EraseAsync(audit, options.Value("user")!),
                _ => BackupAsync(audit, options.Operands[0]),
            };
        });
    }

    private string? ProblemOf(string action, Options options)
    {
        if (action == "erase" && options.Value("user") is not { Length: > 0 })
        {
            return "'ledger erase' needs '--user', the name as callers sent it.";
        }
        if (action == "backup" && options.Operands.Count == 0)
        {
            return "'ledger backup' needs the new file's name.";
        }
        var wrong = Array.Find(["from", "to"], name => options.Value(name) is { } text && PeriodWords.Read(text, TimeZoneInfo.Utc, clock.GetUtcNow()) is null);
        return wrong is null ? null : $"'--{wrong}' is '{options.Value(wrong)}'. Write {PeriodWords.Forms}.";
    }

    private async Task<int> VerifyAsync(ILedgerAudit audit, Options options)
    {
        DateTimeOffset? End(string name) => options.Value(name) is { } text ? PeriodWords.Read(text, TimeZoneInfo.Utc, clock.GetUtcNow()) : null;
        var verdict = audit.Verify(End("from"), End("to"));
        if (verdict.Problem is { } problem)
        {
            await error.WriteLineAsync($"The ledger was changed. {problem}");
            return ExitCode.Bad;
        }
        var removed = verdict.Removed > 0 ? $" {verdict.Removed} more were removed by retention; the heads of their days are there." : "";
        await output.WriteLineAsync($"The ledger is whole: {verdict.Requests} requests, {verdict.Days} days{(verdict.Corrections > 0 ? $", {verdict.Corrections} corrections" : "")}.{removed}");
        return ExitCode.Good;
    }

    private async Task<int> StatisticsAsync(ILedgerAudit audit)
    {
        foreach (var (name, figure) in audit.Statistics())
        {
            await output.WriteLineAsync($"{name,-28}{figure}");
        }
        return ExitCode.Good;
    }

    private async Task<int> EraseAsync(ILedgerAudit audit, string user)
    {
        var erased = audit.Erase(user);
        await output.WriteLineAsync(erased == 0 ? "The ledger holds no such user." : $"Erased: {erased} entries. Backups, and request records in files, are not touched.");
        return ExitCode.Good;
    }

    private async Task<int> BackupAsync(ILedgerAudit audit, string target)
    {
        audit.Backup(target);
        await output.WriteLineAsync($"The ledger was copied to {target}.");
        return ExitCode.Good;
    }
}
