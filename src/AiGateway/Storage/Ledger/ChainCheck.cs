using System.Globalization;
using System.Text;
using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>Recomputes every day's chain from its rows and compares it with the rows' hashes and the days' heads; then the corrections.</summary>
internal sealed class ChainCheck(LedgerFile file, long from, long to)
{
    private readonly HashChain _chain = new();
    private readonly Dictionary<long, Day> _days = [];

    /// <summary>Checks.</summary>
    public LedgerVerdict Run()
    {
        var corrections = 0;
        var problem = ReadHeads() ?? ReadRows() ?? CompareHeads() ?? new CorrectionCheck(file).Run(out corrections);
        var checkedDays = _days.Values.Where(day => IsWanted(day.At)).ToList();
        return new LedgerVerdict(checkedDays.Sum(static day => day.Seen), checkedDays.Count, checkedDays.Sum(static day => day.Removed), corrections, problem);
    }

    private string? ReadHeads()
    {
        var node = Encoding.ASCII.GetString(file.Setting("node") ?? []);
        using var heads = file.Prepare("SELECT day, place, genesis, hash, requests, removed FROM heads ORDER BY place");
        var (place, before) = (0L, Array.Empty<byte>());
        while (heads.Step())
        {
            var day = new Day(heads.Number(0), heads.Bytes(2).ToArray(), heads.Bytes(3).ToArray(), heads.Number(4), heads.Number(5));
            if (heads.Number(1) != ++place)
            {
                return $"A day is missing before {Name(day.At)}: its place in the chain of days is {heads.Number(1)} where {place} is expected.";
            }
            if (!_chain.Genesis(node, day.At, before).AsSpan().SequenceEqual(day.Genesis))
            {
                return $"The day {Name(day.At)} does not follow the day that was begun before it.";
            }
            _days[day.At] = day;
            before = day.Genesis;
        }
        return null;
    }

    private string? ReadRows()
    {
        using var rows = new LedgerRows(file);
        try
        {
            while (rows.TryRead(out var row))
            {
                var at = ChainHeads.DayOf(row.Request.At.ToUnixTimeMilliseconds());
                if (!_days.TryGetValue(at, out var day))
                {
                    return $"Row {rows.Number} (request {row.Request.Id}) is of {Name(at)}, a day that the chain does not know.";
                }
                if (!IsWanted(at) || day.Removed > 0)
                {
                    continue;
                }
                day.Seen++;
                day.Chain.Add(row);
                day.First ??= (rows.Number, row.Request.Id);
                if (rows.Hash.Length > 0)
                {
                    day.Chain.Close(day.Running, day.Running);
                    if (!rows.Hash.AsSpan().SequenceEqual(day.Running))
                    {
                        return $"{NameOf(day.First.Value, rows.Number, row.Request)} is not what was written, or the row before it in its day is missing.";
                    }
                    day.First = null;
                }
                if (row.Cost != row.Request.Cost)
                {
                    return $"Row {rows.Number} (request {row.Request.Id}) is not the sum of its lines.";
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            return $"Row {rows.Number} holds a value that was never written: {e.Message}";
        }
        return rows.HasStrayLines ? "There are lines that belong to no request." : null;
    }

    private string? CompareHeads()
    {
        foreach (var day in _days.Values)
        {
            if (IsWanted(day.At) && day.Removed == 0 && (day.Seen != day.Requests || !day.Running.AsSpan().SequenceEqual(day.Hash)))
            {
                return $"{Name(day.At)} has {day.Seen} rows, and its head says {day.Requests}: rows at its end are missing.";
            }
        }
        return null;
    }

    private static string NameOf((long Number, string Id) first, long number, LedgerRequest request) => first.Number == number
        ? $"Row {number} (request {request.Id}, {request.At:yyyy-MM-dd'T'HH:mm:ss'Z'})"
        : $"One of the rows {first.Number} (request {first.Id}) to {number} (request {request.Id}, {request.At:yyyy-MM-dd'T'HH:mm:ss'Z'})";

    private bool IsWanted(long day) => day >= from && day < to;

    private static string Name(long day) => DateTimeOffset.FromUnixTimeMilliseconds(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed class Day(long at, byte[] genesis, byte[] hash, long requests, long removed)
    {
        public long At { get; } = at;

        public byte[] Genesis { get; } = genesis;

        public byte[] Hash { get; } = hash;

        public long Requests { get; } = requests;

        public long Removed { get; } = removed;

        public byte[] Running { get; } = [.. genesis];

        public long Seen { get; set; }

        /// <summary>Its open link.</summary>
        public HashChain Chain { get; } = new();

        /// <summary>The first row of the open link; null when none is open.</summary>
        public (long Number, string Id)? First { get; set; }
    }
}
