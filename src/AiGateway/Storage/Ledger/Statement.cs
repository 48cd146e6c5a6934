using System.Runtime.InteropServices;
using System.Text;
using AiGateway.Pipeline;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AiGateway.Storage.Ledger;

/// <summary>A prepared statement of SQLite, bound and stepped without a layer between: what ADO.NET adds to each row is as much as the row itself.</summary>
/// <remarks>Texts of statements are constants; what varies is bound. Not thread-safe.</remarks>
internal sealed class Statement : ILedgerRow, IDisposable
{
    private const int UsualLength = 256;

    private readonly sqlite3 _file;
    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;

    // SQLite copies what is bound.
    private byte[] _utf8 = new byte[UsualLength];

    /// <summary>Prepares a statement.</summary>
    public Statement(sqlite3 file, string text)
    {
        _file = file;
        Check(raw.sqlite3_prepare_v2(file, text, out _statement));
        _handle = _statement.DangerousGetHandle();
    }

    /// <summary>Binds a number; parameters count from 1.</summary>
    public Statement Bind(int parameter, long value)
    {
        Check(NativeStatement.BindNumber(_handle, parameter, value));
        return this;
    }

    /// <summary>Binds a number or none.</summary>
    public Statement Bind(int parameter, long? value)
    {
        Check(value is { } number ? NativeStatement.BindNumber(_handle, parameter, number) : NativeStatement.BindNull(_handle, parameter));
        return this;
    }

    /// <summary>Binds a text or none.</summary>
    public Statement Bind(int parameter, string? value)
    {
        if (value is null)
        {
            Check(NativeStatement.BindNull(_handle, parameter));
            return this;
        }
        var longest = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (longest > _utf8.Length)
        {
            _utf8 = new byte[longest];
        }
        // The buffer's address, not the text's: an empty one has none, which SQLite takes for NULL.
        Check(NativeStatement.BindText(_handle, parameter, in _utf8[0], Encoding.UTF8.GetBytes(value, _utf8), NativeStatement.Transient));
        return this;
    }

    /// <summary>Binds an amount as text, exact.</summary>
    public Statement Bind(int parameter, decimal value)
    {
        Check(NativeStatement.BindText(_handle, parameter, in _utf8[0], UsdText.Write(value, _utf8), NativeStatement.Transient));
        return this;
    }

    /// <summary>Binds an amount or none.</summary>
    public Statement Bind(int parameter, decimal? value) => value is { } amount ? Bind(parameter, amount) : Bind(parameter, (string?)null);

    /// <summary>Binds bytes; there are some.</summary>
    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(NativeStatement.BindBytes(_handle, parameter, in MemoryMarshal.GetReference(value), value.Length, NativeStatement.Transient));
        return this;
    }

    /// <summary>Binds bytes or none.</summary>
    public Statement Bind(int parameter, byte[]? value) => value is null ? Bind(parameter, (string?)null) : Bind(parameter, value.AsSpan());

    /// <summary>Goes to the next row.</summary>
    /// <returns>False when there is none; the statement is ready to be bound anew then.</returns>
    public bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }
        // A reset repeats the error of the step.
        var reset = raw.sqlite3_reset(_statement);
        Check(result == raw.SQLITE_DONE ? reset : result);
        return false;
    }

    /// <summary>Runs a statement that has no rows.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Run()
    {
        while (Step())
        {
            // A pragma may answer with a row; nobody asked for it.
        }
        return raw.sqlite3_changes(_file);
    }

    /// <summary>Makes it ready to be bound anew before its last row.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    /// <summary>A column's number; columns count from 0.</summary>
    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>A column's number or none.</summary>
    public long? OptionalNumber(int column) => IsNull(column) ? null : raw.sqlite3_column_int64(_statement, column);

    /// <summary>A column's text.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";

    /// <summary>A column's text or none.</summary>
    public string? OptionalText(int column) => IsNull(column) ? null : Text(column);

    /// <inheritdoc />
    public decimal? OptionalAmount(int column) => OptionalText(column) is { } text ? RollupRow.Amount(text) : null;

    /// <summary>A column's bytes; empty for none.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <summary>Whether a column has no value.</summary>
    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    /// <inheritdoc />
    public void Dispose() => _statement.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteException(raw.sqlite3_errmsg(_file).utf8_to_string(), result, raw.sqlite3_extended_errcode(_file));
        }
    }
}
