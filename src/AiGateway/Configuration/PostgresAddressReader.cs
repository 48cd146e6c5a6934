using System.Globalization;
using System.Text;

namespace AiGateway.Configuration;

/// <summary>Reads <c>postgres://user:password@host:5432/database?sslmode=verify-full</c>. What it says of a mistake never shows the text, which may hold a password.</summary>
/// <remarks>
/// The text is divided before its <c>${NAME}</c> are replaced, so that a password from the environment may hold any character;
/// parts that are written out are percent-decoded, as in every URL.
/// </remarks>
internal sealed class PostgresAddressReader(SecretResolver secrets)
{
    /// <summary>How an address is written.</summary>
    public const string Form = "postgres://user:${PG_PASSWORD}@host:5432/database?sslmode=verify-full";

    // Stand for references while the text is divided: the first of Unicode's private characters.
    private const char FirstReference = '\uE000';
    private const int MostReferences = 64;

    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    private readonly List<string> _references = [];
    private readonly List<string> _missing = [];
    private string? _problem;

    /// <summary>Variables that the text names and that are not set.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>What is wrong with the text; null when nothing is, or only <see cref="Missing"/>.</summary>
    public string? Problem => _problem;

    /// <summary>Whether a text is the address of a PostgreSQL, right or wrong.</summary>
    public static bool IsAddress(string text) => Array.Exists(Schemes, scheme => text.StartsWith(scheme, StringComparison.Ordinal));

    /// <summary>The address; null when there is none, see <see cref="Problem"/> and <see cref="Missing"/>.</summary>
    /// <param name="text">A text that <see cref="IsAddress"/>.</param>
    /// <param name="isResolved">Whether it came from a reference as a whole: what looks like one within it is none.</param>
    public PostgresAddress? Read(string text, bool isResolved)
    {
        var rest = text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..];
        rest = isResolved ? rest : Divide(rest);
        var query = Cut(ref rest, rest.IndexOf('?', StringComparison.Ordinal));
        var database = Part(Cut(ref rest, rest.IndexOf('/', StringComparison.Ordinal)));
        var at = rest.LastIndexOf('@');
        var (user, password) = (at < 0 ? "" : rest[..at], "");
        rest = rest[(at + 1)..];
        password = Cut(ref user, user.IndexOf(':', StringComparison.Ordinal));
        var port = PostgresAddress.StandardPort;
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf(']') && (!int.TryParse(Part(Cut(ref rest, colon)), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > ushort.MaxValue))
        {
            Wrong("its port is no number from 1 to 65535");
        }
        var (tls, root) = Options(query);
        var secret = Part(password);
        var address = new PostgresAddress(Part(rest).Trim('[', ']'), port, database, Part(user), secret.Length == 0 ? null : new Secret(secret), tls, root);
        if (_missing.Count == 0)
        {
            Require(address.Host, "no host is named");
            Require(address.Database, "no database is named after the host");
            Require(address.User, "no user is named before the host");
        }
        return _problem is null && _missing.Count == 0 ? address : null;
    }

    private (string Tls, string? Root) Options(string query)
    {
        var (tls, root) = (PostgresAddress.StandardTls, (string?)null);
        foreach (var option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = option;
            var value = Part(Cut(ref name, name.IndexOf('=', StringComparison.Ordinal)));
            switch (name)
            {
                case "sslmode" when PostgresAddress.TlsModes.Contains(value):
                    tls = value;
                    break;
                case "sslmode":
                    Wrong($"its sslmode is none of {string.Join(", ", PostgresAddress.TlsModes)}");
                    break;
                case "sslrootcert":
                    root = secrets.PathOf(value);
                    break;
                default:
                    Wrong("after the '?' there is something else than sslmode=MODE and sslrootcert=FILE");
                    break;
            }
        }
        return (tls, root);
    }

    private void Require(string value, string problem)
    {
        if (value.Length == 0)
        {
            Wrong(problem);
        }
    }

    private void Wrong(string problem) => _problem ??= $"it is no usable address of a PostgreSQL: {problem}. Write {Form}.";

    /// <summary>Takes what comes after a place out of a text; nothing when there is no such place.</summary>
    private static string Cut(ref string text, int place)
    {
        if (place < 0)
        {
            return "";
        }
        var cut = text[(place + 1)..];
        text = text[..place];
        return cut;
    }

    private string Divide(string text)
    {
        var divided = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var end = text.AsSpan(i).StartsWith("${") ? text.IndexOf('}', i) : -1;
            if (end < 0 || _references.Count == MostReferences)
            {
                divided.Append(text[i]);
                continue;
            }
            divided.Append((char)(FirstReference + _references.Count));
            _references.Add(text[i..(end + 1)]);
            i = end;
        }
        return divided.ToString();
    }

    private string Part(string divided)
    {
        if (!divided.Any(character => character >= FirstReference && character < FirstReference + _references.Count))
        {
            return Uri.UnescapeDataString(divided);
        }
        var text = new StringBuilder();
        foreach (var character in divided)
        {
            _ = character >= FirstReference && character < FirstReference + _references.Count ? text.Append(_references[character - FirstReference]) : text.Append(character);
        }
        var resolved = secrets.Resolve(new SecretReference(text.ToString()));
        _missing.AddRange(resolved.Variables);
        _problem ??= resolved.Problem;
        return resolved.Secret?.Reveal() ?? "";
    }
}
