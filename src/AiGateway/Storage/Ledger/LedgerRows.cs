using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>Reads requests with their lines, in the order in which they were appended.</summary>
internal sealed class LedgerRows : IDisposable
{
    private readonly Statement _requests;
    private readonly Statement _lines;
    private bool _hasLine;

    /// <summary>Begins to read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="after">The number before the first row.</param>
    /// <param name="until">The last row's number.</param>
    public LedgerRows(LedgerFile file, long after = 0, long until = long.MaxValue)
    {
        _requests = file.Prepare("""
            SELECT number, id, at, caller, organisation, team, project, user_key, tags_key, alias, operation, deployment, provider, model,
              status, outcome, error, stream, estimated, cost, saved, unpriced, duration_us, upstream_us, first_token_us, config_version, hash, labels
            FROM requests WHERE number > ?1 AND number <= ?2 ORDER BY number
            """).Bind(1, after).Bind(2, until);
        // Both in the order of their keys: one pass over each, and no search.
        _lines = file.Prepare($"SELECT number, {LineRow.Columns} FROM lines WHERE number > ?1 AND number <= ?2 ORDER BY number, line").Bind(1, after).Bind(2, until);
        _hasLine = _lines.Step();
    }

    /// <summary>Number of the row that was read last.</summary>
    public long Number { get; private set; }

    /// <summary>Its hash, as it says.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <summary>Whether lines were met that belong to no request.</summary>
    public bool HasStrayLines { get; private set; }

    /// <summary>Reads the next row.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="InvalidDataException">A value is none of its column's.</exception>
    public bool TryRead(out ChainRow row)
    {
        if (!_requests.Step())
        {
            HasStrayLines |= _hasLine;
            row = default;
            return false;
        }
        Number = _requests.Number(0);
        Hash = _requests.Bytes(26).ToArray();
        var request = new LedgerRequest
        {
            Id = _requests.Text(1),
            At = DateTimeOffset.FromUnixTimeMilliseconds(_requests.Number(2)),
            Caller = _requests.Text(3),
            Organisation = _requests.OptionalText(4),
            Team = _requests.OptionalText(5),
            Project = _requests.OptionalText(6),
            Labels = _requests.OptionalText(27),
            Alias = _requests.OptionalText(9),
            Operation = _requests.Text(10),
            Status = (int)_requests.Number(14),
            Outcome = _requests.Text(15),
            Error = _requests.OptionalText(16),
            IsStream = _requests.Number(17) != 0,
            Saved = RollupRow.Amount(_requests.Text(20)),
            DurationMicroseconds = _requests.Number(22),
            UpstreamMicroseconds = _requests.Number(23),
            FirstTokenMicroseconds = _requests.OptionalNumber(24),
            ConfigVersion = _requests.Text(25),
            Lines = ReadLines(Number),
        };
        row = new ChainRow(
            request, Key(7), Key(8), _requests.OptionalText(11), _requests.OptionalText(12), _requests.OptionalText(13),
            RollupRow.Amount(_requests.Text(19)), _requests.Number(21), _requests.Number(18) != 0);
        return true;
    }

    public void Dispose()
    {
        _requests.Dispose();
        _lines.Dispose();
    }

    private byte[]? Key(int column) => _requests.IsNull(column) ? null : _requests.Bytes(column).ToArray();

    private LedgerLine[] ReadLines(long number)
    {
        var lines = new List<LedgerLine>(1);
        while (_hasLine && _lines.Number(0) <= number)
        {
            if (_lines.Number(0) < number)
            {
                HasStrayLines = true;
            }
            else
            {
                lines.Add(LineRow.Read(_lines, 1));
            }
            _hasLine = _lines.Step();
        }
        return [.. lines];
    }
}
