using Npgsql;
using NpgsqlTypes;

namespace AiGateway.Storage.Postgres;

/// <summary>Writes rows with PostgreSQL's binary COPY, value by value; what is null becomes NULL. Nothing is there before <see cref="Complete"/>.</summary>
internal sealed class CopyRow : IDisposable
{
    private readonly NpgsqlBinaryImporter _copy;

    /// <summary>Begins.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="table">A table of the ledger.</param>
    /// <param name="columns">Its columns, in the order of the values.</param>
    public CopyRow(NpgsqlConnection connection, string table, string columns) =>
        _copy = connection.BeginBinaryImport($"COPY {LedgerTables.Name}.{table} ({columns}) FROM STDIN (FORMAT BINARY)");

    /// <summary>Begins a row.</summary>
    public CopyRow Start()
    {
        _copy.StartRow();
        return this;
    }

    /// <summary>Writes an <c>integer</c>.</summary>
    public CopyRow Integer(int value)
    {
        _copy.Write(value, NpgsqlDbType.Integer);
        return this;
    }

    /// <summary>Writes a <c>bigint</c>.</summary>
    public CopyRow Number(long? value)
    {
        if (value is not { } number)
        {
            return Null();
        }
        _copy.Write(number, NpgsqlDbType.Bigint);
        return this;
    }

    /// <summary>Writes a <c>boolean</c>.</summary>
    public CopyRow Truth(bool? value)
    {
        if (value is not { } truth)
        {
            return Null();
        }
        _copy.Write(truth, NpgsqlDbType.Boolean);
        return this;
    }

    /// <summary>Writes a <c>text</c>.</summary>
    public CopyRow Text(string? value)
    {
        if (value is null)
        {
            return Null();
        }
        _copy.Write(value, NpgsqlDbType.Text);
        return this;
    }

    /// <summary>Writes a <c>bytea</c>.</summary>
    public CopyRow Bytes(byte[]? value)
    {
        if (value is null)
        {
            return Null();
        }
        _copy.Write(value, NpgsqlDbType.Bytea);
        return this;
    }

    /// <summary>Writes a <c>numeric</c>, exact.</summary>
    public CopyRow Amount(decimal? value)
    {
        if (value is not { } amount)
        {
            return Null();
        }
        _copy.Write(amount, NpgsqlDbType.Numeric);
        return this;
    }

    /// <summary>Writes a <c>timestamptz</c>.</summary>
    public CopyRow Time(DateTimeOffset? value)
    {
        if (value is not { } time)
        {
            return Null();
        }
        _copy.Write(time.UtcDateTime, NpgsqlDbType.TimestampTz);
        return this;
    }

    /// <summary>Writes a <c>timestamptz</c> of whole milliseconds, as SQLite and the chains have it.</summary>
    public CopyRow Milliseconds(DateTimeOffset? value) => Time(value is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds()) : null);

    /// <summary>Ends: the rows are in the transaction.</summary>
    public void Complete() => _copy.Complete();

    /// <inheritdoc />
    public void Dispose() => _copy.Dispose();

    private CopyRow Null()
    {
        _copy.WriteNull();
        return this;
    }
}
