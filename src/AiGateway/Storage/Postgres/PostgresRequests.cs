using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>Reads requests with their lines from a result, in the order of the nodes' chains.</summary>
/// <param name="reader">The result of <see cref="Select"/>.</param>
internal sealed class PostgresRequests(NpgsqlDataReader reader)
{
    /// <summary>Selects requests that came in from <c>$1</c> until <c>$2</c>, which a condition may follow (<c>AND …</c>), and then <see cref="Order"/>.</summary>
    public const string Select = $"""
        SELECT {RequestRow.Columns}, requests.node, lines.line, {LineRow.Columns}
        FROM {LedgerTables.Name}.requests LEFT JOIN {LedgerTables.Name}.lines ON lines.node = requests.node AND lines.number = requests.number AND lines.at = requests.at AND lines.at >= $1 AND lines.at < $2
        WHERE requests.at >= $1 AND requests.at < $2
        """;

    /// <summary>The order in which they are read.</summary>
    public const string Order = " ORDER BY requests.node, requests.number, lines.line";

    private const int NodeColumn = RequestRow.Count;
    private const int LineColumn = RequestRow.Count + 1;

    private readonly PostgresRow _row = new(reader);
    private bool _hasRow = reader.Read();

    /// <summary>Number of the node of the request that was read last, or is read.</summary>
    public int Node { get; private set; }

    /// <summary>Number of its row.</summary>
    public long Number { get; private set; }

    /// <summary>The hash of the chain's link that ends with it, as it says; empty where none does.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <summary>Reads the next request.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="InvalidDataException">A value is none of its column's.</exception>
    public bool TryRead(out ChainRow request)
    {
        if (!_hasRow)
        {
            request = default;
            return false;
        }
        (Node, Number) = ((int)_row.Number(NodeColumn), _row.Number(0));
        Hash = _row.Bytes(RequestRow.Hash).ToArray();
        request = RequestRow.Read(_row, []);
        var lines = new List<LedgerLine>(1);
        do
        {
            if (!_row.IsNull(LineColumn))
            {
                lines.Add(LineRow.Read(_row, LineColumn + 1));
            }
            _hasRow = reader.Read();
        }
        while (_hasRow && _row.Number(0) == Number && (int)_row.Number(NodeColumn) == Node);
        request = request with { Request = request.Request with { Lines = [.. lines] } };
        return true;
    }
}
