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
        _requests = file.Prepare($"SELECT {RequestRow.Columns} FROM requests WHERE number > ?1 AND number <= ?2 ORDER BY number").Bind(1, after).Bind(2, until);
        // Both in the order of their keys: one pass over each, and no search. With the place among the columns: only then SQLite sees through the view, and sorts nothing.
        _lines = file.Prepare($"SELECT number, {LineRow.Columns}, lines.line FROM lines WHERE number > ?1 AND number <= ?2 ORDER BY number, line").Bind(1, after).Bind(2, until);
        _hasLine = _lines.Step();
    }

    /// <summary>Number of the row that was read last.</summary>
    public long Number { get; private set; }

    /// <summary>The hash of the chain's link that ends with it, as it says; empty where none does.</summary>
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
        Hash = _requests.Bytes(RequestRow.Hash).ToArray();
        row = RequestRow.Read(_requests, ReadLines(Number));
        return true;
    }

    public void Dispose()
    {
        _requests.Dispose();
        _lines.Dispose();
    }

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
