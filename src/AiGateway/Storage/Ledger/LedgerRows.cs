using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>Reads requests with their lines, in the order in which they were appended.</summary>
internal sealed class LedgerRows : IDisposable
{
    private readonly Statement _requests;
    private readonly Statement _lines;
    private bool _hasLine;

    /// <summary>Begins to read.</summary>
    public LedgerRows(LedgerFile file)
    {
        _requests = file.Prepare($"SELECT {RequestRow.Columns} FROM requests ORDER BY number");
        // Both in the order of their keys: one pass over each, and no search.
        _lines = file.Prepare($"SELECT number, {LineRow.Columns} FROM lines ORDER BY number, line");
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
