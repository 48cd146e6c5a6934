using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Storage.Ledger;

/// <summary>Users and tags by a key that says nothing of them, so that they can be erased without touching a row of the ledger.</summary>
/// <remarks>
/// The key is random. It is found again by a digest under the file's salt (HMAC-SHA-256), which goes with the value: after an
/// erasure nothing links the rows to whoever they were of, not even for one who guesses the name and has the salt.
/// </remarks>
internal sealed class PersonalKeys : IDisposable
{
    /// <summary>The kind of a user's name.</summary>
    public const string User = "user";

    /// <summary>The kind of a set of tags.</summary>
    public const string Tags = "tags";

    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 16;

    private const int MostKnown = 50_000;

    private readonly Statement _find;
    private readonly Statement _add;
    private readonly Statement _see;
    private readonly byte[] _salt;
    private readonly Dictionary<(string Kind, string Value, long Day), byte[]> _keys = [];

    public PersonalKeys(LedgerFile file)
    {
        _salt = file.Setting("salt") ?? throw new InvalidDataException("The ledger has no salt.");
        _find = file.Prepare("SELECT key, seen FROM personal WHERE lookup = ?1");
        _add = file.Prepare("INSERT INTO personal (key, kind, lookup, value, seen) VALUES (?1, ?2, ?3, ?4, ?5)");
        _see = file.Prepare("UPDATE personal SET seen = ?2 WHERE key = ?1");
    }

    /// <summary>The key of a value, a new one where it has none; null for none.</summary>
    /// <param name="kind">What kind of value it is.</param>
    /// <param name="value">The value.</param>
    /// <param name="day">The day of the row that it is for: what no row has any more goes with the rows.</param>
    public byte[]? For(string kind, string? value, long day)
    {
        if (value is null)
        {
            return null;
        }
        if (_keys.TryGetValue((kind, value, day), out var key))
        {
            return key;
        }
        if (_keys.Count >= MostKnown)
        {
            _keys.Clear();
        }
        var lookup = Lookup(_salt, kind, value);
        _find.Bind(1, lookup);
        if (_find.Step())
        {
            key = _find.Bytes(0).ToArray();
            var seen = _find.Number(1);
            _find.Reset();
            if (seen < day)
            {
                _see.Bind(1, key).Bind(2, day).Run();
            }
        }
        else
        {
            key = RandomNumberGenerator.GetBytes(KeyLength);
            _add.Bind(1, key).Bind(2, kind).Bind(3, lookup).Bind(4, value).Bind(5, day).Run();
        }
        _keys[(kind, value, day)] = key;
        return key;
    }

    /// <summary>Forgets what it has read: an erasure may have come.</summary>
    public void Forget() => _keys.Clear();

    /// <summary>The digest that a value is found by.</summary>
    public static byte[] Lookup(ReadOnlySpan<byte> salt, string kind, string value) => HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes($"{kind}\n{value}"));

    public void Dispose()
    {
        _find.Dispose();
        _add.Dispose();
        _see.Dispose();
    }
}
