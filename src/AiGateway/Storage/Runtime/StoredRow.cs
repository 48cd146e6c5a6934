using System.Data.Common;
using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Storage.Runtime;

/// <summary>Reads rows of the run-time tables, whichever store they are in.</summary>
internal static class StoredRow
{
    /// <summary>The columns of an entry, in the order in which <see cref="Entry"/> reads them.</summary>
    public const string EntryColumns = "kind, id, revision, body, secrets, created, created_by, updated, removed";

    /// <summary>The columns of a row of the audit, in the order in which <see cref="Audit"/> reads them.</summary>
    public const string AuditColumns = "number, at, actor, action, kind, id, revision, old, new";

    /// <summary>How long a creation is remembered under its idempotency key: a repetition comes within seconds; a day is for those who try again in the morning.</summary>
    public const long MadeForMilliseconds = 24 * 60 * 60 * 1_000;

    /// <summary>An entry.</summary>
    /// <exception cref="InvalidDataException">It was written by a version that knows more.</exception>
    public static RuntimeEntry Entry(DbDataReader row)
    {
        var (word, id, body) = (row.GetString(0), row.GetString(1), row.GetString(3));
        var findings = new Findings("");
        if (EntryKinds.Parse(word) is not { } kind || EntryBinder.Bind(kind, body, findings) is not { } content)
        {
            throw new InvalidDataException($"The {word} '{id}' cannot be read: {string.Join(" ", findings.Errors().Select(static error => error.Message))}");
        }
        return new RuntimeEntry
        {
            Kind = kind,
            Id = id,
            Revision = row.GetInt64(2),
            Body = body,
            Content = content,
            Secrets = SecretsJson.Read(row.GetString(4)),
            Created = Time(row, 5),
            CreatedBy = row.GetString(6),
            Updated = Time(row, 7),
            Removed = row.IsDBNull(8) ? null : Time(row, 8),
        };
    }

    /// <summary>A row of the audit.</summary>
    public static AuditRow Audit(DbDataReader row) => new(
        row.GetInt64(0), Time(row, 1), row.GetString(2), row.GetString(3), EntryKinds.Parse(row.GetString(4)) ?? EntryKind.Key, row.GetString(5), row.GetInt64(6),
        row.IsDBNull(7) ? null : row.GetString(7), row.IsDBNull(8) ? null : row.GetString(8));

    private static DateTimeOffset Time(DbDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}
