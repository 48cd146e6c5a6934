using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>The heads of the chain's days. They stay when retention removes the rows.</summary>
/// <param name="node">The node's name.</param>
/// <param name="find">The head of a day in the store; null when the day has none.</param>
/// <param name="last">The head in the store that was begun last; null when there is none.</param>
/// <param name="link">Keeps the hash of a link under the number of its last row; the bytes change after it.</param>
internal sealed class ChainHeads(string node, Func<long, ChainHead?> find, Func<ChainHead?> last, Action<long, byte[]> link)
{
    private const long MillisecondsPerDay = 86_400_000;

    // A hash for each row would cost more than the row's own bytes in it; verification names the rows of the first link that does not fit.
    private const int RowsPerLink = 64;

    private readonly HashChain _chain = new();
    private readonly Dictionary<long, ChainHead> _heads = [];

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

    /// <summary>Closes the links of a transaction.</summary>
    /// <returns>The heads that have changed, to be written.</returns>
    public List<ChainHead> Close()
    {
        var changed = new List<ChainHead>();
        foreach (var head in _heads.Values)
        {
            if (!head.IsChanged)
            {
                continue;
            }
            if (head.Chain.Rows > 0)
            {
                Close(head);
            }
            head.IsChanged = false;
            changed.Add(head);
        }
        return changed;
    }

    /// <summary>Forgets what it has read: others may have changed it.</summary>
    public void Forget() => _heads.Clear();

    private void Close(ChainHead head)
    {
        head.Chain.Close(head.Hash, head.Hash);
        link(head.Last, head.Hash);
    }

    private ChainHead For(long day)
    {
        if (_heads.TryGetValue(day, out var head))
        {
            return head;
        }
        head = find(day);
        if (head is null)
        {
            var before = last();
            foreach (var begun in _heads.Values)
            {
                before = before is null || begun.Place > before.Place ? begun : before;
            }
            var genesis = _chain.Genesis(node, day, before?.Genesis);
            head = new ChainHead(day, (before?.Place ?? 0) + 1, genesis, [.. genesis]);
        }
        _heads[day] = head;
        return head;
    }
}
