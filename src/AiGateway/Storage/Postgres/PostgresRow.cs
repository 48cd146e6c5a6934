using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>The current row of a reader. Its types are PostgreSQL's own; their meaning is that of <see cref="ILedgerRow"/>.</summary>
internal sealed class PostgresRow(NpgsqlDataReader reader) : ILedgerRow
{
    private readonly Type[] _types = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetFieldType)];

    /// <inheritdoc />
    public long Number(int column)
    {
        var type = _types[column];
        if (type == typeof(long))
        {
            return reader.GetInt64(column);
        }
        return type == typeof(int) ? reader.GetInt32(column) : type == typeof(bool) ? reader.GetBoolean(column) ? 1 : 0 : new DateTimeOffset(reader.GetDateTime(column)).ToUnixTimeMilliseconds();
    }

    /// <inheritdoc />
    public long? OptionalNumber(int column) => IsNull(column) ? null : Number(column);

    /// <inheritdoc />
    public string Text(int column) => reader.GetString(column);

    /// <inheritdoc />
    public string? OptionalText(int column) => IsNull(column) ? null : reader.GetString(column);

    /// <summary>The amount of a column of text: a sum may have more digits than a decimal.</summary>
    public decimal Amount(int column) => RollupRow.Amount(reader.GetString(column));

    /// <inheritdoc />
    public decimal? OptionalAmount(int column)
    {
        if (IsNull(column))
        {
            return null;
        }
        try
        {
            return reader.GetDecimal(column);
        }
        catch (Exception e) when (e is OverflowException or InvalidCastException)
        {
            throw new InvalidDataException("An amount that is none.", e);
        }
    }

    /// <inheritdoc />
    public ReadOnlySpan<byte> Bytes(int column) => IsNull(column) ? default : reader.GetFieldValue<byte[]>(column);

    /// <inheritdoc />
    public bool IsNull(int column) => reader.IsDBNull(column);
}
