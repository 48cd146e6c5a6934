using System.Text;
using AiGateway.Accounting.Lines;
using AiGateway.Storage.Ledger;

namespace AiGateway.Cli;

/// <summary>Reads what was consumed, from a ledger or from JSON lines, call by call.</summary>
internal static class UsageFile
{
    /// <summary>The calls; null stands for a line that cannot be read.</summary>
    /// <param name="path">A ledger's file or its data folder, a file of lines as <c>prices cost</c> takes them, or of request records.</param>
    public static IEnumerable<UsageLine?> Read(string path)
    {
        if (Directory.Exists(path))
        {
            return ReadLedger(Path.Combine(path, LedgerFile.Name));
        }
        return IsLedger(path) ? ReadLedger(path) : ReadLines(path);
    }

    private static bool IsLedger(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[16];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("SQLite format 3\0"u8);
    }

    private static IEnumerable<UsageLine?> ReadLines(string path)
    {
        foreach (var text in File.ReadLines(path))
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return RecordLine.Read(Encoding.UTF8.GetBytes(text), out var line) is null ? line : null;
            }
        }
    }

    private static IEnumerable<UsageLine?> ReadLedger(string path)
    {
        using var file = LedgerFile.OpenToRead(path);
        // One transaction: the gateway may append meanwhile.
        file.Execute("BEGIN");
        using var rows = new LedgerRows(file);
        while (rows.TryRead(out var row))
        {
            foreach (var call in row.Request.Lines)
            {
                if (call.Usage is not { } usage)
                {
                    continue;
                }
                yield return new UsageLine
                {
                    Provider = call.Provider,
                    Deployment = call.Deployment,
                    Model = call.ResponseModel ?? call.UpstreamModel,
                    Api = row.Request.Operation,
                    At = row.Request.At,
                    ServiceTier = call.ServiceTier,
                    Known = usage with { ReportedCost = call.Cost?.Reported },
                };
            }
        }
    }
}
