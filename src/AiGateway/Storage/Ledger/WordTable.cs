using System.Security.Cryptography;
using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>A table of words: each set stands in it once, and rows name it by its number.</summary>
/// <typeparam name="T">The words.</typeparam>
internal sealed class WordTable<T> : IDisposable
    where T : struct, IWords, IEquatable<T>
{
    // Providers and callers choose some of the words.
    private const int MostKnown = 20_000;

    private readonly Statement _find;
    private readonly Statement _add;
    private readonly Statement _see;
    private readonly LedgerFile _file;
    private readonly PayloadWriter _words = new();
    private readonly Dictionary<T, (long Number, long Seen)> _known = [];

    /// <summary>Prepares the statements.</summary>
    /// <param name="file">The file.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="columns">Its columns of words.</param>
    public WordTable(LedgerFile file, string table, string columns)
    {
        _file = file;
        var parameters = string.Join(", ", Enumerable.Range(3, columns.Split(',').Length).Select(static i => $"?{i}"));
        _find = file.Prepare($"SELECT words, seen FROM {table} WHERE digest = ?1");
        _add = file.Prepare($"INSERT INTO {table} (digest, seen, {columns}) VALUES (?1, ?2, {parameters})");
        _see = file.Prepare($"UPDATE {table} SET seen = ?2 WHERE words = ?1");
    }

    /// <summary>The number of a set of words, a new one where it has none.</summary>
    /// <param name="words">The words.</param>
    /// <param name="day">The day of the row that it is for: what no row has any more goes with the rows.</param>
    public long For(in T words, long day)
    {
        if (_known.TryGetValue(words, out var known) && known.Seen >= day)
        {
            return known.Number;
        }
        if (_known.Count >= MostKnown)
        {
            _known.Clear();
        }
        known = Find(words, day);
        _known[words] = known;
        return known.Number;
    }

    /// <summary>Forgets what it has read.</summary>
    public void Forget() => _known.Clear();

    /// <inheritdoc />
    public void Dispose()
    {
        _find.Dispose();
        _add.Dispose();
        _see.Dispose();
    }

    private (long Number, long Seen) Find(in T words, long day)
    {
        _words.CutTo(0);
        words.Write(_words);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_words.Written, digest);
        _find.Bind(1, digest);
        if (_find.Step())
        {
            var (number, seen) = (_find.Number(0), _find.Number(1));
            _find.Reset();
            if (seen < day)
            {
                _see.Bind(1, number).Bind(2, day).Run();
            }
            return (number, Math.Max(seen, day));
        }
        _add.Bind(1, digest).Bind(2, day);
        words.Bind(_add, 3);
        _add.Run();
        return (_file.LastNumber, day);
    }
}
