using System.Globalization;
using AiGateway.Accounting.Reports;

namespace AiGateway.Storage.Ledger;

/// <summary>Reads the calls of one day without an index over time, which every insert would pay for.</summary>
/// <remarks>
/// Rows are numbered as they were appended, which is nearly, but not quite, the order of time: a long request comes late, and what
/// waited in the queue while the store was away comes later. So the search begins a little before the day and ends when as many
/// requests were met as the day's head says; what is still missing then is looked for in the rest of the table.
/// </remarks>
internal sealed class DayOfCalls : IDisposable
{
    private const long DayLength = 86_400_000;
    private const long Slack = 3_600_000;
    private const int MostKnown = 50_000;

    private readonly LedgerFile _file;
    private readonly Statement _requests;
    private readonly Statement _lines;
    private readonly Statement _tags;
    private readonly Dictionary<string, string?> _known = new(StringComparer.Ordinal);
    private readonly long _day;

    /// <summary>Begins.</summary>
    /// <param name="file">Where the rows are; in a transaction.</param>
    /// <param name="day">The day's beginning, Unix milliseconds.</param>
    public DayOfCalls(LedgerFile file, long day)
    {
        (_file, _day) = (file, day);
        _requests = file.Prepare("""
            SELECT number, at, caller, organisation, team, project, tags_key, alias, operation FROM requests
            WHERE number >= ?1 AND number < ?2 AND at >= ?3 AND at < ?4
            """);
        _lines = file.Prepare($"SELECT {LineRow.Columns} FROM lines WHERE number = ?1");
        _tags = file.Prepare("SELECT value FROM personal WHERE key = ?1");
    }

    /// <summary>Hands out the calls.</summary>
    /// <exception cref="InvalidDataException">Rows of the day are gone.</exception>
    public void Read(Action<LedgerCall> visit)
    {
        var wanted = Requests();
        if (wanted > 0)
        {
            var first = FirstNumber();
            var missing = Read(first, long.MaxValue, wanted, visit);
            if (missing > 0)
            {
                Read(0, first, missing, visit);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _requests.Dispose();
        _lines.Dispose();
        _tags.Dispose();
    }

    private long Requests()
    {
        using var head = _file.Prepare("SELECT requests, removed FROM heads WHERE day = ?1");
        head.Bind(1, _day);
        if (!head.Step())
        {
            return 0;
        }
        return head.Number(1) == 0 ? head.Number(0) : throw new InvalidDataException(string.Create(
            CultureInfo.InvariantCulture,
            $"Retention (host.ledger.keep) has removed rows of {DateTimeOffset.FromUnixTimeMilliseconds(_day):yyyy-MM-dd}: of that day there are sums only, which 'AiGateway report' reads."));
    }

    // A number before which nearly everything is older than the day.
    private long FirstNumber()
    {
        using var find = _file.Prepare("SELECT at FROM requests WHERE number = ?1");
        using var last = _file.Prepare($"SELECT {EntrySchema.LastNumber}");
        last.Step();
        var (low, high) = (0L, last.Number(0));
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            find.Bind(1, middle);
            // A number without a row was removed, because it was old; where it was not, the second search finds what is skipped.
            var isBefore = !find.Step() || find.Number(0) < _day - Slack;
            find.Reset();
            (low, high) = isBefore ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    /// <returns>How many requests were not met.</returns>
    private long Read(long from, long to, long wanted, Action<LedgerCall> visit)
    {
        _requests.Bind(1, from).Bind(2, to).Bind(3, _day).Bind(4, _day + DayLength);
        // The count ends it: after the day's last request the search would go on to the end of the table. For that it has no order,
        // which SQLite would make of a view's rows by reading all of them first.
        while (wanted > 0 && _requests.Step())
        {
            wanted--;
            _lines.Bind(1, _requests.Number(0));
            while (_lines.Step())
            {
                visit(ReadCall());
            }
        }
        _requests.Reset();
        return wanted;
    }

    private LedgerCall ReadCall() => new()
    {
        At = DateTimeOffset.FromUnixTimeMilliseconds(_requests.Number(1)),
        Caller = _requests.Text(2),
        Organisation = _requests.OptionalText(3),
        Team = _requests.OptionalText(4),
        Project = _requests.OptionalText(5),
        Tags = _requests.IsNull(6) ? null : TagsOf(_requests.Bytes(6)),
        Alias = _requests.OptionalText(7),
        Operation = _requests.Text(8),
        Line = LineRow.Read(_lines, 0),
    };

    private string? TagsOf(ReadOnlySpan<byte> key)
    {
        var name = Convert.ToHexString(key);
        if (!_known.TryGetValue(name, out var value))
        {
            if (_known.Count == MostKnown)
            {
                _known.Clear();
            }
            _tags.Bind(1, key);
            _known[name] = value = _tags.Step() ? _tags.OptionalText(0) : null;
            _tags.Reset();
        }
        return value;
    }
}
