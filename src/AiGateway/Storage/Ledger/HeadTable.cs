namespace AiGateway.Storage.Ledger;

/// <summary>The table of the chain's heads in the ledger's file.</summary>
internal sealed class HeadTable : IDisposable
{
    private const string Columns = "day, place, genesis, hash, requests, removed";

    private readonly LedgerFile _file;
    private readonly Statement _find;
    private readonly Statement _last;
    private readonly Statement _save;
    private readonly Statement _link;

    public HeadTable(LedgerFile file)
    {
        _file = file;
        _find = file.Prepare($"SELECT {Columns} FROM heads WHERE day = ?1");
        _last = file.Prepare($"SELECT {Columns} FROM heads ORDER BY place DESC LIMIT 1");
        _save = file.Prepare($"""
            INSERT INTO heads ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, 0)
            ON CONFLICT (day) DO UPDATE SET hash = excluded.hash, requests = excluded.requests
            """);
        _link = file.Prepare("INSERT INTO links (number, hash) VALUES (?1, ?2)");
    }

    /// <summary>All, in the order in which they were begun.</summary>
    public List<ChainHead> All()
    {
        var heads = new List<ChainHead>();
        using var all = _file.Prepare($"SELECT {Columns} FROM heads ORDER BY place");
        while (all.Step())
        {
            heads.Add(Read(all));
        }
        return heads;
    }

    /// <summary>The head of a day; null when it has none.</summary>
    public ChainHead? Find(long day) => One(_find.Bind(1, day));

    /// <summary>The head that was begun last; null when there is none.</summary>
    public ChainHead? Last() => One(_last);

    /// <summary>Writes the hash of a link.</summary>
    public void Link(long number, byte[] hash) => _link.Bind(1, number).Bind(2, hash).Run();

    /// <summary>Writes heads that have changed.</summary>
    public void Save(List<ChainHead> heads)
    {
        foreach (var head in heads)
        {
            _save.Bind(1, head.Day).Bind(2, head.Place).Bind(3, head.Genesis).Bind(4, head.Hash).Bind(5, head.Requests).Run();
        }
    }

    public void Dispose()
    {
        _find.Dispose();
        _last.Dispose();
        _save.Dispose();
        _link.Dispose();
    }

    private static ChainHead? One(Statement statement)
    {
        if (!statement.Step())
        {
            return null;
        }
        var head = Read(statement);
        statement.Reset();
        return head;
    }

    private static ChainHead Read(Statement row) =>
        new(row.Number(0), row.Number(1), row.Bytes(2).ToArray(), row.Bytes(3).ToArray()) { Requests = row.Number(4), Removed = row.Number(5) };
}
