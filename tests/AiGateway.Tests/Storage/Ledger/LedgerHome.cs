using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Storage.Ledger;
using Microsoft.Data.Sqlite;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>A temporary folder with a ledger's file.</summary>
internal sealed class LedgerHome : ILedgerHome
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-ledger-").FullName;

    public LedgerHome()
    {
        Store = new SqliteLedgerStore(File, TimeProvider.System);
        Reader = new SqliteLedgerReader(File);
        Audit = new LedgerAudit(File, TimeProvider.System);
    }

    public string Folder => Path.Combine(_folder, "data");

    public string File => Path.Combine(Folder, LedgerFile.Name);

    public ILedgerStore Store { get; }

    public ILedgerReader Reader { get; }

    public ILedgerAudit Audit { get; }

    public object? Tamper(string text)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a test's own.
        command.CommandText = text;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    public void DropTriggers()
    {
        foreach (var trigger in (string[])["requests_are_not_changed", "lines_are_not_changed", "requests_are_not_removed", "lines_are_not_removed", "heads_are_not_removed"])
        {
            Tamper($"DROP TRIGGER {trigger}");
        }
    }

    /// <summary>All bytes on disk, side files included.</summary>
    public byte[] Bytes() => [.. Directory.EnumerateFiles(Folder).SelectMany(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    })];

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
