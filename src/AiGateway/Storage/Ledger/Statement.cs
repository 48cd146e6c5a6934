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
    // Enough for the texts of a row; longer ones are copied by SQLite.
    private const int ArenaLength = 4096;

    // Parameters that have a bit of their own; no row has more columns.
    private const int MostMarked = 64;

    private readonly sqlite3 _file;
    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;

    // What is bound, one value after the other, at an address that stays. It is filled anew after each run.
    private byte[]? _arena;
    private int _used;

    // A bit for each parameter that is bound to a value; all begin as NULL.
    private ulong _valued;

    /// <summary>Prepares a statement.</summary>
    public Statement(sqlite3 file, string text)
    {
        _file = file;
        Check(raw.sqlite3_prepare_v2(file, text, out _statement));
        _handle = _statement.DangerousGetHandle();
    }

    private byte[] Arena => _arena ??= GC.AllocateUninitializedArray<byte>(ArenaLength, pinned: true);

    /// <summary>Binds a number; parameters count from 1.</summary>
    public Statement Bind(int parameter, long value)
    {
        MarkValue(parameter);
        Check(NativeStatement.BindNumber(_handle, parameter, value));
        return this;
    }

    /// <summary>Binds a number or none.</summary>
    public Statement Bind(int parameter, long? value) => value is { } number ? Bind(parameter, number) : BindNull(parameter);

    /// <summary>Binds a text or none.</summary>
    public Statement Bind(int parameter, string? value)
    {
        if (value is null)
        {
            return BindNull(parameter);
        }
        var longest = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (longest <= ArenaLength - _used)
        {
            BindText(parameter, Encoding.UTF8.GetBytes(value, Arena.AsSpan(_used)));
            return this;
        }
        var utf8 = new byte[longest];
        MarkValue(parameter);
        Check(NativeStatement.BindText(_handle, parameter, in utf8[0], Encoding.UTF8.GetBytes(value, utf8), NativeStatement.Transient));
        return this;
    }

    /// <summary>Binds an amount as text, exact.</summary>
    public Statement Bind(int parameter, decimal value)
    {
        if (ArenaLength - _used < UsdText.MaxLength)
        {
            return Bind(parameter, UsdText.Format(value));
        }
        BindText(parameter, UsdText.Write(value, Arena.AsSpan(_used)));
        return this;
    }

    /// <summary>Binds an amount or none.</summary>
    public Statement Bind(int parameter, decimal? value) => value is { } amount ? Bind(parameter, amount) : Bind(parameter, (string?)null);

    /// <summary>Binds bytes; there are some.</summary>
    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        MarkValue(parameter);
        if (value.Length < ArenaLength - _used)
        {
            value.CopyTo(Arena.AsSpan(_used));
            Check(NativeStatement.BindStaticBytes(_handle, parameter, in Arena[_used], value.Length, NativeStatement.Static));
            _used += value.Length;
            return this;
        }
        Check(NativeStatement.BindBytes(_handle, parameter, in MemoryMarshal.GetReference(value), value.Length, NativeStatement.Transient));
        return this;
    }

    /// <summary>Binds bytes or none.</summary>
    public Statement Bind(int parameter, byte[]? value) => value is null ? Bind(parameter, (string?)null) : Bind(parameter, value.AsSpan());

    /// <summary>Goes to the next row.</summary>
    /// <returns>False when there is none; the statement is ready to be bound anew then.</returns>
    public bool Step()
    {
        var result = NativeStatement.Step(_handle);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }
        _used = 0;
        // A reset repeats the error of the step.
        var reset = NativeStatement.Reset(_handle);
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
    public void Reset()
    {
        _used = 0;
        _ = NativeStatement.Reset(_handle);
    }

    /// <summary>A column's number; columns count from 0.</summary>
    public long Number(int column) => NativeStatement.Number(_handle, column);

    /// <summary>A column's number or none.</summary>
    public long? OptionalNumber(int column) => IsNull(column) ? null : Number(column);

    /// <summary>A column's text.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";

    /// <summary>A column's text or none.</summary>
    public string? OptionalText(int column) => IsNull(column) ? null : Text(column);

    /// <inheritdoc />
    public decimal Amount(int column) => RollupRow.Amount(Bytes(column));

    /// <inheritdoc />
    public decimal? OptionalAmount(int column) => IsNull(column) ? null : RollupRow.Amount(Bytes(column));

    /// <summary>A column's bytes, of a text its UTF-8; empty for none.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <summary>Whether a column has no value.</summary>
    public bool IsNull(int column) => NativeStatement.TypeOf(_handle, column) == raw.SQLITE_NULL;

    /// <inheritdoc />
    public void Dispose() => _statement.Dispose();

    // Most values of a row that may be absent are, and those of the row before were.
    private Statement BindNull(int parameter)
    {
        if (parameter >= MostMarked || (_valued & (1UL << parameter)) != 0)
        {
            Check(NativeStatement.BindNull(_handle, parameter));
            _valued &= parameter < MostMarked ? ~(1UL << parameter) : ulong.MaxValue;
        }
        return this;
    }

    private void MarkValue(int parameter) => _valued |= parameter < MostMarked ? 1UL << parameter : 0;

    // What stands in the arena behind what is used; an empty text has an address there too, and is no NULL.
    private void BindText(int parameter, int length)
    {
        MarkValue(parameter);
        Check(NativeStatement.BindStaticText(_handle, parameter, in Arena[_used], length, NativeStatement.Static));
        _used += length;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteException(raw.sqlite3_errmsg(_file).utf8_to_string(), result, raw.sqlite3_extended_errcode(_file));
        }
    }
}
