using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>The heads of the chain's days. They stay when retention removes the rows.</summary>
internal sealed class ChainHeads : IDisposable
{
    private const long MillisecondsPerDay = 86_400_000;

    // A hash for each row would cost more than the row's own bytes in it; verification names the rows of the first link that does not fit.
    private const int RowsPerLink = 64;

    private readonly Statement _find;
    private readonly Statement _last;
    private readonly Statement _save;
    private readonly Statement _link;
    private readonly string _node;
    private readonly HashChain _chain = new();
    private readonly Dictionary<long, Head> _heads = [];

    public ChainHeads(LedgerFile file)
    {
        _node = System.Text.Encoding.ASCII.GetString(file.Setting("node") ?? throw new InvalidDataException("The ledger has no node's name."));
        _find = file.Prepare("SELECT place, genesis, hash, requests FROM heads WHERE day = ?1");
        _last = file.Prepare("SELECT place, genesis FROM heads ORDER BY place DESC LIMIT 1");
        _save = file.Prepare("""
            INSERT INTO heads (day, place, genesis, hash, requests, removed) VALUES (?1, ?2, ?3, ?4, ?5, 0)
            ON CONFLICT (day) DO UPDATE SET hash = excluded.hash, requests = excluded.requests
            """);
        _link = file.Prepare("INSERT INTO links (number, hash) VALUES (?1, ?2)");
    }

    /// <summary>The beginning of a time's day.</summary>
    public static long DayOf(long at) => at - (((at % MillisecondsPerDay) + MillisecondsPerDay) % MillisecondsPerDay);

    /// <summary>Adds a row that is there.</summary>
    /// <param name="row">The row.</param>
    /// <param name="number">Its number.</param>
    public void Add(in ChainRow row, long number)
    {
        var head = For(DayOf(row.Request.At.ToUnixTimeMilliseconds()));
        head.Chain.Add(row);
        head.Last = number;
        head.Requests++;
        head.IsChanged = true;
        if (head.Chain.Rows == RowsPerLink)
        {
            Close(head);
        }
    }

    /// <summary>Closes the links of a transaction, and writes the heads that have changed.</summary>
    public void Save()
    {
        foreach (var (day, head) in _heads)
        {
            if (head.IsChanged)
            {
                if (head.Chain.Rows > 0)
                {
                    Close(head);
                }
                _save.Bind(1, day).Bind(2, head.Place).Bind(3, head.Genesis).Bind(4, head.Hash).Bind(5, head.Requests).Run();
                head.IsChanged = false;
            }
        }
    }

    /// <summary>Forgets what it has read: others may have changed it.</summary>
    public void Forget() => _heads.Clear();

    public void Dispose()
    {
        _find.Dispose();
        _last.Dispose();
        _save.Dispose();
        _link.Dispose();
    }

    private void Close(Head head)
    {
        head.Chain.Close(head.Hash, head.Hash);
        _link.Bind(1, head.Last).Bind(2, head.Hash).Run();
    }

    private Head For(long day)
    {
        if (_heads.TryGetValue(day, out var head))
        {
            return head;
        }
        _find.Bind(1, day);
        if (_find.Step())
        {
            head = new Head(_find.Number(0), _find.Bytes(1).ToArray(), _find.Bytes(2).ToArray()) { Requests = _find.Number(3) };
            _find.Reset();
        }
        else
        {
            var (place, before) = (0L, Array.Empty<byte>());
            foreach (var begun in _heads.Values)
            {
                if (begun.Place > place)
                {
                    (place, before) = (begun.Place, begun.Genesis);
                }
            }
            if (_last.Step())
            {
                if (_last.Number(0) > place)
                {
                    (place, before) = (_last.Number(0), _last.Bytes(1).ToArray());
                }
                _last.Reset();
            }
            var genesis = _chain.Genesis(_node, day, before);
            head = new Head(place + 1, genesis, [.. genesis]);
        }
        _heads[day] = head;
        return head;
    }

    private sealed class Head(long place, byte[] genesis, byte[] hash)
    {
        public long Place { get; } = place;

        public byte[] Genesis { get; } = genesis;

        public byte[] Hash { get; } = hash;

        public HashChain Chain { get; } = new();

        /// <summary>Number of the row that was added last.</summary>
        public long Last { get; set; }

        public long Requests { get; set; }

        public bool IsChanged { get; set; }
    }
}
