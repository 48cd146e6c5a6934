using System.Globalization;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>The monthly partitions (UTC) of <c>requests</c> and <c>lines</c>. Not thread-safe.</summary>
/// <remarks>
/// They are made ahead; one that is missing all the same, because a clock is wrong or a queue is old, is made before the batch that
/// needs it. Making one blocks nobody: it is attached, which inserts do not wait for. Retention drops whole months.
/// </remarks>
internal sealed class LedgerPartitions
{
    // This month and the next two.
    private const int Ahead = 3;

    private const string Prefix = "requests_";
    private static readonly string[] Tables = ["requests", "lines"];

    private readonly HashSet<DateTime> _known = [];

    /// <summary>The month of a time.</summary>
    public static DateTime MonthOf(DateTimeOffset at) => new(at.UtcDateTime.Year, at.UtcDateTime.Month, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Looks anew which months have a partition.</summary>
    public void Look(NpgsqlConnection connection)
    {
        _known.Clear();
        _known.UnionWith(All(connection));
    }

    /// <summary>Makes the partitions of this month and those that follow.</summary>
    public void MakeAhead(NpgsqlConnection connection, DateTimeOffset now)
    {
        var month = MonthOf(now);
        for (var i = 0; i < Ahead; i++)
        {
            Make(connection, month.AddMonths(i));
        }
    }

    /// <summary>Makes the partition of a month, unless it is there.</summary>
    public void Make(NpgsqlConnection connection, DateTime month)
    {
        if (_known.Contains(month))
        {
            return;
        }
        using (var transaction = connection.BeginTransaction())
        {
            // Nodes that turn into a month together make it once.
            Run(connection, "SELECT pg_advisory_xact_lock($1)", LedgerTables.Schema.LockNumber + 1);
            foreach (var table in Tables)
            {
                if (PostgresDatabase.HasTable(connection, LedgerTables.Name, NameOf(table, month)))
                {
                    continue;
                }
                var partition = $"{LedgerTables.Name}.{NameOf(table, month)}";
                Run(connection, $"CREATE TABLE {partition} (LIKE {LedgerTables.Name}.{table})");
                Run(connection, $"ALTER TABLE {LedgerTables.Name}.{table} ATTACH PARTITION {partition} FOR VALUES FROM ('{Day(month)}') TO ('{Day(month.AddMonths(1))}')");
            }
            transaction.Commit();
        }
        _known.Add(month);
    }

    /// <summary>The months that have a partition, in order.</summary>
    public static List<DateTime> All(NpgsqlConnection connection)
    {
        using var command = PostgresDatabase.Command(connection, $"SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '{LedgerTables.Name}.requests'::regclass");
        using var reader = command.ExecuteReader();
        var months = new List<DateTime>();
        while (reader.Read())
        {
            if (DateTime.TryParseExact(reader.GetString(0), $"'{Prefix}'yyyy'_'MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var month))
            {
                months.Add(month);
            }
        }
        months.Sort();
        return months;
    }

    /// <summary>Drops a month's rows. Its sums and heads stay, and the heads say what is gone.</summary>
    /// <returns>How many requests were removed.</returns>
    public long Drop(NpgsqlConnection connection, DateTime month)
    {
        using var transaction = connection.BeginTransaction();
        // Whoever appends waits for this, so it must not wait long itself; the next sweep tries again.
        Run(connection, "SET LOCAL lock_timeout = '5s'");
        // In the order in which appending takes them, so that neither waits for the other in a ring.
        Run(connection, $"LOCK TABLE {LedgerTables.Name}.requests, {LedgerTables.Name}.lines IN ACCESS EXCLUSIVE MODE");
        var next = month.AddMonths(1);
        using var count = PostgresDatabase.Command(
            connection, $"SELECT COALESCE(SUM(requests - removed), 0)::bigint FROM {LedgerTables.Name}.heads WHERE day >= $1 AND day < $2", month, next);
        var removed = count.ExecuteScalar() as long? ?? 0;
        Run(connection, $"UPDATE {LedgerTables.Name}.heads SET removed = requests WHERE day >= $1 AND day < $2", month, next);
        foreach (var table in Tables)
        {
            Run(connection, $"DROP TABLE IF EXISTS {LedgerTables.Name}.{NameOf(table, month)}");
        }
        transaction.Commit();
        _known.Remove(month);
        return removed;
    }

    private static string NameOf(string table, DateTime month) => string.Create(CultureInfo.InvariantCulture, $"{table}_{month:yyyy}_{month:MM}");

    private static string Day(DateTime day) => day.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);

    private static void Run(NpgsqlConnection connection, string text, params ReadOnlySpan<object?> values)
    {
        using var command = PostgresDatabase.Command(connection, text, values);
        command.ExecuteNonQuery();
    }
}
