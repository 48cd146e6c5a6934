using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>Reads requests with their lines from a result, in the order of the nodes' chains.</summary>
/// <param name="reader">The result of <see cref="OfPeriod"/> or <see cref="OfRows"/>.</param>
internal sealed class PostgresRequests(NpgsqlDataReader reader)
{
    /// <summary>Selects the requests that came in from <c>$1</c> until <c>$2</c>, not included: very many.</summary>
    public const string OfPeriod = $"""
        {Select} FROM {LedgerTables.Name}.requests
        LEFT JOIN {LedgerTables.Name}.lines ON lines.node = requests.node AND lines.number = requests.number AND lines.at = requests.at AND lines.at >= $1 AND lines.at < $2
        WHERE requests.at >= $1 AND requests.at < $2 {Order}
        """;

    /// <summary>Selects of these the rows of node <c>$3</c> after number <c>$4</c>, up to <c>$5</c>: some thousand. The lines are looked up for each, which no statistics that are behind make a pass over all of.</summary>
    public const string OfRows = $"""
        {Select} FROM {LedgerTables.Name}.requests
        LEFT JOIN LATERAL (SELECT * FROM {LedgerTables.Name}.lines l WHERE l.node = requests.node AND l.number = requests.number AND l.at = requests.at OFFSET 0) lines ON true
        WHERE requests.at >= $1 AND requests.at < $2 AND requests.node = $3 AND requests.number > $4 AND requests.number <= $5 {Order}
        """;

    /// <summary>Makes a connection, until it goes back to its pool, read both tables by their keys, whatever statistics that are behind make of it: one pass over each, and no sorting of many rows.</summary>
    /// <remarks>Without compilation to machine code: what is switched off counts as so dear that each query would be compiled, which takes longer than it runs.</remarks>
    public const string PreferKeys = "SET jit = off; SET enable_sort = off; SET enable_hashjoin = off; SET enable_nestloop = off; SET enable_seqscan = off";

    private const string Select = $"SELECT {RequestRow.Columns}, requests.node, lines.line, {LineRow.Columns}";

    private const string Order = "ORDER BY requests.node, requests.number, lines.line";

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
