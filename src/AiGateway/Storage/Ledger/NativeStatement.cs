using System.Runtime.InteropServices;

namespace AiGateway.Storage.Ledger;

/// <summary>The calls of SQLite's C interface (sqlite.org/c3ref) that are made for each value of each row, without the package's reference counting around them, which costs several times what they do.</summary>
/// <remarks>The library is the one that the package has loaded. Whoever calls holds the statement's own handle, so that it lives.</remarks>
internal static class NativeStatement
{
    /// <summary>SQLite copies what is bound (<c>SQLITE_TRANSIENT</c>).</summary>
    public const nint Transient = -1;

    /// <summary>What is bound stays where it is until the statement has run (<c>SQLITE_STATIC</c>): nothing is copied or allocated.</summary>
    public const nint Static = 0;

    private const string Library = "e_sqlite3";

#pragma warning disable SYSLIB1054 // What the generator makes is unsafe code, which this project does without; every argument here is passed as it is.
    [DllImport(Library, EntryPoint = "sqlite3_bind_int64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int BindNumber(nint statement, int parameter, long value);

    [DllImport(Library, EntryPoint = "sqlite3_bind_null")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int BindNull(nint statement, int parameter);

    [DllImport(Library, EntryPoint = "sqlite3_bind_text")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int BindText(nint statement, int parameter, ref readonly byte value, int length, nint owner);

    [DllImport(Library, EntryPoint = "sqlite3_bind_blob")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int BindBytes(nint statement, int parameter, ref readonly byte value, int length, nint owner);

    /// <summary><see cref="BindText"/> of what is <see cref="Static"/>: nothing is allocated, so that the collector may wait for it.</summary>
    [DllImport(Library, EntryPoint = "sqlite3_bind_text")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int BindStaticText(nint statement, int parameter, ref readonly byte value, int length, nint owner);

    /// <summary><see cref="BindBytes"/> of what is <see cref="Static"/>.</summary>
    [DllImport(Library, EntryPoint = "sqlite3_bind_blob")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int BindStaticBytes(nint statement, int parameter, ref readonly byte value, int length, nint owner);

    [DllImport(Library, EntryPoint = "sqlite3_step")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Step(nint statement);

    [DllImport(Library, EntryPoint = "sqlite3_reset")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Reset(nint statement);

    /// <summary>A column's number. Of a value that is stored as one, nothing is converted, so that the collector may wait for it.</summary>
    [DllImport(Library, EntryPoint = "sqlite3_column_int64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern long Number(nint statement, int column);

    [DllImport(Library, EntryPoint = "sqlite3_column_type")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int TypeOf(nint statement, int column);
#pragma warning restore SYSLIB1054
}
