using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>The heads of the chain's days, as one transaction sees them. They stay when retention removes the rows.</summary>
/// <param name="node">The node's name.</param>
/// <param name="find">The head of a day in the store; null when the day has none.</param>
/// <param name="last">The head in the store that was begun last; null when there is none.</param>
internal sealed class ChainHeads(string node, Func<long, ChainHead?> find, Func<ChainHead?> last)
{
    private const long MillisecondsPerDay = 86_400_000;

    private readonly HashChain _chain = new();
    private readonly Dictionary<long, ChainHead> _heads = [];

    /// <summary>Those that the store must be told of.</summary>
    public IEnumerable<ChainHead> Changed => _heads.Values.Where(static head => head.IsChanged);

    /// <summary>The beginning of a time's day.</summary>
    public static long DayOf(long at) => at - (((at % MillisecondsPerDay) + MillisecondsPerDay) % MillisecondsPerDay);

    /// <summary>The hash that a row gets when it comes next.</summary>
    public ReadOnlySpan<byte> Next(in ChainRow row)
    {
        var head = For(DayOf(row.Request.At.ToUnixTimeMilliseconds()));
        _chain.Next(head.Hash, row, head.NextHash);
        return head.NextHash;
    }

    /// <summary>The row of the last <see cref="Next"/> is there.</summary>
    public void Advance(in ChainRow row)
    {
        var head = For(DayOf(row.Request.At.ToUnixTimeMilliseconds()));
        head.NextHash.CopyTo(head.Hash, 0);
        head.Requests++;
        head.IsChanged = true;
    }

    /// <summary>Forgets what it has read: another transaction may see others.</summary>
    public void Forget() => _heads.Clear();

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
