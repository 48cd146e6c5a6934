using System.Globalization;
using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>Recomputes every day's chain of one node from its rows and compares it with the rows' hashes and the days' heads.</summary>
/// <remarks>(1) All heads, in the order in which they were begun. (2) All rows of the wanted days, in the order in which they were appended. (3) The comparison of both. Each says the first thing that does not fit.</remarks>
/// <param name="node">The node's name.</param>
/// <param name="from">The first wanted day; null for all.</param>
/// <param name="to">The day after the last; null for all.</param>
internal sealed class ChainCheck(string node, DateTimeOffset? from, DateTimeOffset? to)
{
    /// <summary>What is said of lines whose request is gone.</summary>
    public const string StrayLines = "There are lines that belong to no request.";

    private readonly long _from = from?.ToUnixTimeMilliseconds() ?? long.MinValue;
    private readonly long _to = to?.ToUnixTimeMilliseconds() ?? long.MaxValue;
    private readonly HashChain _chain = new();
    private readonly Dictionary<long, Day> _days = [];

    /// <summary>What was checked.</summary>
    /// <param name="corrections">Restatements and closings that were checked.</param>
    /// <param name="problem">The first thing that did not fit; null when everything did.</param>
    public LedgerVerdict Verdict(int corrections, string? problem)
    {
        var wanted = _days.Values.Where(day => IsWanted(day.Head.Day)).ToList();
        return new LedgerVerdict(wanted.Sum(static day => day.Seen), wanted.Count, wanted.Sum(static day => day.Head.Removed), corrections, problem);
    }

    /// <summary>Checks the chain of days.</summary>
    public string? ReadHeads(IEnumerable<ChainHead> heads)
    {
        var (place, before) = (0L, Array.Empty<byte>());
        foreach (var head in heads)
        {
            if (head.Place != ++place)
            {
                return $"A day is missing before {Name(head.Day)}: its place in the chain of days is {head.Place} where {place} is expected.";
            }
            if (!_chain.Genesis(node, head.Day, before).AsSpan().SequenceEqual(head.Genesis))
            {
                return $"The day {Name(head.Day)} does not follow the day that was begun before it.";
            }
            _days[head.Day] = new Day(head);
            before = head.Genesis;
        }
        return null;
    }

    /// <summary>Checks the next row.</summary>
    /// <param name="row">The row, as the store has it.</param>
    /// <param name="number">Its number.</param>
    /// <param name="hash">The hash of the link that ends with it, as it says; empty where none does.</param>
    public string? ReadRow(in ChainRow row, long number, ReadOnlySpan<byte> hash)
    {
        var at = ChainHeads.DayOf(row.Request.At.ToUnixTimeMilliseconds());
        if (!_days.TryGetValue(at, out var day))
        {
            return $"Row {number} (request {row.Request.Id}) is of {Name(at)}, a day that the chain does not know.";
        }
        if (!IsWanted(at) || day.Head.Removed > 0)
        {
            return null;
        }
        day.Seen++;
        day.Head.Chain.Add(row);
        day.First ??= (number, row.Request.Id);
        if (hash.Length > 0)
        {
            day.Head.Chain.Close(day.Running, day.Running);
            if (!hash.SequenceEqual(day.Running))
            {
                return $"{NameOf(day.First.Value, number, row.Request)} is not what was written, or the row before it in its day is missing.";
            }
            day.First = null;
        }
        return row.Cost != row.Request.Cost ? $"Row {number} (request {row.Request.Id}) is not the sum of its lines." : null;
    }

    /// <summary>Compares what the rows gave with the heads.</summary>
    public string? CompareHeads()
    {
        foreach (var day in _days.Values)
        {
            if (IsWanted(day.Head.Day) && day.Head.Removed == 0 && (day.Seen != day.Head.Requests || !day.Running.AsSpan().SequenceEqual(day.Head.Hash)))
            {
                return $"{Name(day.Head.Day)} has {day.Seen} rows, and its head says {day.Head.Requests}: rows at its end are missing.";
            }
        }
        return null;
    }

    private static string NameOf((long Number, string Id) first, long number, LedgerRequest request) => first.Number == number
        ? $"Row {number} (request {request.Id}, {request.At:yyyy-MM-dd'T'HH:mm:ss'Z'})"
        : $"One of the rows {first.Number} (request {first.Id}) to {number} (request {request.Id}, {request.At:yyyy-MM-dd'T'HH:mm:ss'Z'})";

    private bool IsWanted(long day) => day >= _from && day < _to;

    private static string Name(long day) => DateTimeOffset.FromUnixTimeMilliseconds(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed class Day(ChainHead head)
    {
        public ChainHead Head { get; } = head;

        public byte[] Running { get; } = [.. head.Genesis];

        public long Seen { get; set; }

        /// <summary>The first row of the open link; null when none is open.</summary>
        public (long Number, string Id)? First { get; set; }
    }
}
