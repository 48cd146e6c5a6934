using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Storage.Ledger;
using Microsoft.Data.Sqlite;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>A temporary folder with a ledger's file.</summary>
internal sealed class LedgerHome : ILedgerHome
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-ledger-").FullName;

    private readonly TimeProvider _clock;

    public LedgerHome(TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        Store = new SqliteLedgerStore(File, _clock);
        Reader = new SqliteLedgerReader(File);
        Audit = new LedgerAudit(File, TimeProvider.System);
    }

    public string Folder => Path.Combine(_folder, "data");

    public string File => Path.Combine(Folder, LedgerFile.Name);

    public ILedgerStore Store { get; }

    public ILedgerReader Reader { get; }

    public ILedgerAudit Audit { get; }

    public ICorrectionStore Corrections() => SqliteCorrections.OpenToRead(File);

    public ICorrectionStore CorrectionsToWrite() => SqliteCorrections.OpenToWrite(File, _clock);

    public void DropTrigger(string table, string trigger) => Tamper($"DROP TRIGGER {trigger}");

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
