using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>Recomputes the chains of all nodes, month by month: a day's rows lie in one partition.</summary>
/// <param name="connection">In a transaction that sees one state throughout.</param>
/// <param name="timeout">The longest that a command may take, in seconds.</param>
/// <param name="from">The first wanted day; null for all.</param>
/// <param name="to">The day after the last; null for all.</param>
internal sealed class PostgresChainCheck(NpgsqlConnection connection, int timeout, DateTimeOffset? from, DateTimeOffset? to)
{
    private readonly SortedDictionary<int, (string Name, ChainCheck Check)> _nodes = [];

    /// <summary>Checks.</summary>
    public LedgerVerdict Run()
    {
        var problem = ReadHeads() ?? LedgerPartitions.All(connection).Where(IsWanted).Select(ReadMonth).FirstOrDefault(static found => found is not null) ?? Compare();
        var verdicts = _nodes.Values.Select(node => node.Check.Verdict(null)).ToList();
        return new LedgerVerdict(verdicts.Sum(static verdict => verdict.Requests), verdicts.Sum(static verdict => verdict.Days), verdicts.Sum(static verdict => verdict.Removed), problem);
    }

    private bool IsWanted(DateTime month) => (to is not { } end || month < end.UtcDateTime) && (from is not { } begin || month.AddMonths(1) > begin.UtcDateTime);

    private string? ReadHeads()
    {
        var names = new List<(int Node, string Name)>();
        using (var nodes = Command($"SELECT node, name FROM {LedgerTables.Name}.nodes ORDER BY node"))
        using (var reader = nodes.ExecuteReader())
        {
            while (reader.Read())
            {
                names.Add((reader.GetInt32(0), reader.GetString(1)));
            }
        }
        foreach (var (node, name) in names)
        {
            var check = new ChainCheck(name, from?.ToUnixTimeMilliseconds() ?? long.MinValue, to?.ToUnixTimeMilliseconds() ?? long.MaxValue);
            _nodes[node] = (name, check);
            using var heads = Command($"SELECT {PostgresHeads.Columns} FROM {LedgerTables.Name}.heads WHERE node = $1 ORDER BY place", node);
            using var reader = heads.ExecuteReader();
            if (check.ReadHeads(PostgresHeads.Read(reader)) is { } problem)
            {
                return Of(name, problem);
            }
        }
        return null;
    }

    private string? ReadMonth(DateTime month)
    {
        var (number, node) = (0L, "");
        try
        {
            // By the keys of both tables, without sorting a month's rows.
            using (var plan = Command("SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = off; SET LOCAL enable_seqscan = off"))
            {
                plan.ExecuteNonQuery();
            }
            using var rows = Command(
                $"""
                SELECT {RequestRow.Columns}, requests.node, lines.line, {LineRow.Columns}
                FROM {LedgerTables.Name}.requests LEFT JOIN {LedgerTables.Name}.lines ON lines.node = requests.node AND lines.number = requests.number AND lines.at = requests.at AND lines.at >= $1 AND lines.at < $2
                WHERE requests.at >= $1 AND requests.at < $2
                ORDER BY requests.node, requests.number, lines.line
                """,
                month, month.AddMonths(1));
            using (var reader = rows.ExecuteReader())
            {
                var row = new PostgresRow(reader);
                var hasRow = reader.Read();
                while (hasRow)
                {
                    number = row.Number(0);
                    var owner = (int)row.Number(RequestRow.Count);
                    if (!_nodes.TryGetValue(owner, out var known))
                    {
                        return $"Row {number} is of a node that the ledger does not know.";
                    }
                    node = known.Name;
                    var lines = new List<LedgerLine>(1);
                    var request = RequestRow.Read(row, []);
                    var hash = row.Bytes(RequestRow.Hash).ToArray();
                    do
                    {
                        if (!row.IsNull(RequestRow.Count + 1))
                        {
                            lines.Add(LineRow.Read(row, RequestRow.Count + 2));
                        }
                        hasRow = reader.Read();
                    }
                    while (hasRow && row.Number(0) == number && (int)row.Number(RequestRow.Count) == owner);
                    request = request with { Request = request.Request with { Lines = [.. lines] } };
                    if (known.Check.ReadRow(request, number, hash) is { } problem)
                    {
                        return Of(node, problem);
                    }
                }
            }
            return HasStrayLines(month) ? "There are lines that belong to no request." : null;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            return Of(node, $"Row {number} or the one after it holds a value that was never written: {e.Message}");
        }
    }

    private bool HasStrayLines(DateTime month)
    {
        using var stray = Command(
            $"""
            SELECT EXISTS (SELECT 1 FROM {LedgerTables.Name}.lines l WHERE l.at >= $1 AND l.at < $2
              AND NOT EXISTS (SELECT 1 FROM {LedgerTables.Name}.requests r WHERE r.node = l.node AND r.number = l.number AND r.at = l.at AND r.at >= $1 AND r.at < $2))
            """,
            month, month.AddMonths(1));
        return stray.ExecuteScalar() is true;
    }

    private string? Compare() => _nodes.Values.Select(static node => node.Check.CompareHeads() is { } problem ? Of(node.Name, problem) : null).FirstOrDefault(static found => found is not null);

    private static string Of(string node, string problem) => $"Node {node}: {problem}";

    private NpgsqlCommand Command(string text, params ReadOnlySpan<object?> values)
    {
        var command = PostgresDatabase.Command(connection, text, values);
        command.CommandTimeout = timeout;
        return command;
    }
}
