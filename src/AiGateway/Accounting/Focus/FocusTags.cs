using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AiGateway.Accounting.Focus;

/// <summary>The column <c>Tags</c>: callers' tags under their own names, the gateway's own under <c>aigateway/</c>.</summary>
/// <param name="wanted">The names of callers' tags that are exported; null for all.</param>
internal sealed class FocusTags(IReadOnlyCollection<string>? wanted)
{
    /// <summary>What names of the gateway's own tags begin with. A caller's tag that begins so gets an underscore before it: the specification reserves prefixes.</summary>
    public const string Prefix = "aigateway/";

    private const int MostKnown = 50_000;

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>The tags of a request that are exported, as members of an object in the order of their names.</summary>
    /// <param name="tags">The request's tags as one JSON object; null for none.</param>
    public string Of(string? tags)
    {
        if (tags is null)
        {
            return "";
        }
        if (!_known.TryGetValue(tags, out var members))
        {
            if (_known.Count == MostKnown)
            {
                _known.Clear();
            }
            _known[tags] = members = Read(tags);
        }
        return members;
    }

    /// <summary>The column's value.</summary>
    public static string? Format(in FocusKey key)
    {
        var own = key;
        var text = Members(json =>
        {
            Write(json, "alias", own.Alias);
            Write(json, "key", own.Caller);
            Write(json, "organisation", own.Organisation);
            Write(json, "project", own.Project);
            Write(json, "team", own.Team);
        });
        var all = key.Tags.Length == 0 ? text : text.Length == 0 ? key.Tags : $"{key.Tags},{text}";
        return all.Length == 0 ? null : $"{{{all}}}";
    }

    private string Read(string tags)
    {
        try
        {
            using var document = JsonDocument.Parse(tags);
            return Members(json =>
            {
                foreach (var tag in document.RootElement.EnumerateObject().Where(tag => wanted?.Contains(tag.Name) != false).OrderBy(static tag => tag.Name, StringComparer.Ordinal))
                {
                    json.WriteString(tag.Name.StartsWith(Prefix, StringComparison.Ordinal) ? "_" + tag.Name : tag.Name, tag.Value.ToString());
                }
            });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whoever can write the ledger's file can write this too; it is no reason to keep the amounts back.
            return "";
        }
    }

    private static void Write(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(Prefix + name, value);
        }
    }

    private static string Members(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, RecordJson.Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan[1..^1]);
    }
}
