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
        using (var plan = Command(PostgresRequests.PreferKeys))
        {
            plan.ExecuteNonQuery();
        }
        var problem = ReadHeads() ?? LedgerPartitions.All(connection).Where(IsWanted).Select(ReadMonth).FirstOrDefault(static found => found is not null) ?? Compare();
        var verdicts = _nodes.Values.Select(node => node.Check.Verdict(0, null)).ToList();
        return new LedgerVerdict(verdicts.Sum(static verdict => verdict.Requests), verdicts.Sum(static verdict => verdict.Days), verdicts.Sum(static verdict => verdict.Removed), 0, problem);
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
            var check = new ChainCheck(name, from, to);
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
        PostgresRequests? requests = null;
        try
        {
            using var rows = Command(PostgresRequests.OfPeriod, month, month.AddMonths(1));
            using (var reader = rows.ExecuteReader())
            {
                requests = new PostgresRequests(reader);
                while (requests.TryRead(out var request))
                {
                    if (!_nodes.TryGetValue(requests.Node, out var known))
                    {
                        return $"Row {requests.Number} is of a node that the ledger does not know.";
                    }
                    if (known.Check.ReadRow(request, requests.Number, requests.Hash) is { } problem)
                    {
                        return Of(known.Name, problem);
                    }
                }
            }
            return HasStrayLines(month) ? ChainCheck.StrayLines : null;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            return Of(NameOf(requests?.Node ?? 0), $"Row {requests?.Number} or the one after it holds a value that was never written: {e.Message}");
        }
    }

    private string NameOf(int node) => _nodes.TryGetValue(node, out var known) ? known.Name : "";

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
