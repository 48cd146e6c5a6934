using System.Globalization;

namespace AiGateway.Accounting.Reports;

/// <summary>Groups sums by a query's dimensions, as a store reads them.</summary>
/// <param name="query">The query.</param>
/// <param name="more">How many values each row has after those of the dimensions.</param>
internal sealed class GroupSums(LedgerQuery query, int more = 0)
{
    private readonly Dictionary<GroupKey, LedgerSums> _groups = [];
    private readonly string[] _keys = new string[query.By.Count + more];
    private long _labelledAt = long.MinValue;
    private string[] _labels = [];

    /// <summary>The groups.</summary>
    public IReadOnlyList<LedgerGroup> Groups => [.. _groups.Select(static group => new LedgerGroup(group.Key.Values, group.Value))];

    /// <summary>Adds the sums of one row.</summary>
    /// <param name="at">The beginning of its hour or day, Unix milliseconds.</param>
    /// <param name="value">The row's value of each of the query's dimensions that is no time, and of what comes after them.</param>
    /// <param name="sums">Its sums.</param>
    public void Add(long at, Func<int, string> value, LedgerSums sums)
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            _keys[i] = i < query.By.Count && LedgerDimensions.IsTime(query.By[i]) ? LabelsOf(at)[LedgerDimensions.TimeOf(query.By[i])] : value(i);
        }
        var key = new GroupKey(_keys);
        if (!_groups.TryGetValue(key, out var group))
        {
            _groups[new GroupKey([.. _keys])] = group = new LedgerSums();
        }
        group.Add(sums);
    }

    /// <summary>Adds the groups of another part of the same question.</summary>
    public void Add(GroupSums other)
    {
        foreach (var (key, sums) in other._groups)
        {
            if (_groups.TryGetValue(key, out var group))
            {
                group.Add(sums);
            }
            else
            {
                _groups[key] = sums;
            }
        }
    }

    /// <summary>The month of a time (Unix milliseconds) in a zone.</summary>
    public static string MonthOf(long at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), zone).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    // Rows come in order of time, so that each time is written once.
    private string[] LabelsOf(long at)
    {
        if (at != _labelledAt)
        {
            var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), query.Zone);
            var hour = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(LedgerHours.FullHour(at)), query.Zone);
            // The hour with its offset: where clocks go back, one comes twice.
            _labels =
            [
                hour.ToString("yyyy-MM-dd'T'HH:mmzzz", CultureInfo.InvariantCulture),
                local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                local.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            ];
            _labelledAt = at;
        }
        return _labels;
    }

    private readonly struct GroupKey(string[] values) : IEquatable<GroupKey>
    {
        public string[] Values { get; } = values;

        public bool Equals(GroupKey other) => Values.AsSpan().SequenceEqual(other.Values);

        public override bool Equals(object? obj) => obj is GroupKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var value in Values)
            {
                hash.Add(value, StringComparer.Ordinal);
            }
            return hash.ToHashCode();
        }
    }
}
