using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>Intents whose request has not settled: those of processes that live, and of ended ones until they are settled.</summary>
internal sealed class IntentTable : IDisposable
{
    private readonly Statement _add;
    private readonly Statement _remove;
    private readonly Statement _ofProcess;
    private readonly PayloadWriter _entry = new();
    private readonly TextPool _texts = new();
    private bool _mayHaveAny;

    public IntentTable(LedgerFile file)
    {
        _add = file.Prepare("""
            INSERT INTO intents (request, line, process, entry) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM requests WHERE id = ?1) ON CONFLICT DO NOTHING
            """);
        _remove = file.Prepare("DELETE FROM intents WHERE request = ?1");
        _ofProcess = file.Prepare("SELECT entry FROM intents WHERE process = ?1 ORDER BY request, line");
        using var any = file.Prepare("SELECT EXISTS (SELECT 1 FROM intents)");
        _mayHaveAny = any.Step() && any.Number(0) != 0;
        any.Reset();
    }

    /// <summary>Adds an intent, unless its request is there.</summary>
    public void Add(LedgerIntent intent)
    {
        _entry.CutTo(0);
        LedgerCodec.Write(_entry, intent);
        _mayHaveAny |= _add.Bind(1, intent.Request.Id).Bind(2, (long)intent.Line).Bind(3, intent.Process).Bind(4, _entry.Written).Run() > 0;
    }

    /// <summary>Removes the intents of a request.</summary>
    public void Remove(string request)
    {
        if (_mayHaveAny)
        {
            _remove.Bind(1, request).Run();
        }
    }

    /// <summary>A process's intents, by request.</summary>
    public List<List<LedgerIntent>> Of(string process)
    {
        var read = new LedgerBatch();
        _ofProcess.Bind(1, process);
        while (_ofProcess.Step())
        {
            LedgerCodec.Read(_ofProcess.Bytes(0), _texts, read);
        }
        // That process has written them, and this one may not have seen any yet.
        _mayHaveAny |= read.Intents.Count > 0;
        return [.. read.Intents.GroupBy(static intent => intent.Request.Id, StringComparer.Ordinal).Select(static group => group.ToList())];
    }

    public void Dispose()
    {
        _add.Dispose();
        _remove.Dispose();
        _ofProcess.Dispose();
    }
}
