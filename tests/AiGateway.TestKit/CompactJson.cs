using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AiGateway.TestKit;

/// <summary>Writes JSON values without white space, as Python's <c>json.dumps(value, ensure_ascii=False, separators=(',', ':'))</c> does, so that both replay the same bytes.</summary>
public static class CompactJson
{
    /// <summary>The value as UTF-8; numbers stay as written.</summary>
    public static byte[] Bytes(JsonElement value) => Encoding.UTF8.GetBytes(Text(value, sorted: false));

    /// <summary>A text that is equal for values which are equal as JSON: members sorted by name.</summary>
    public static string Canonical(JsonElement value) => Text(value, sorted: true);

    private static string Text(JsonElement value, bool sorted)
    {
        var text = new StringBuilder();
        Write(text, value, sorted);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonElement value, bool sorted)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = sorted ? value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal) : value.EnumerateObject().AsEnumerable();
                WriteAll(text, '{', '}', members, member =>
                {
                    WriteString(text, member.Name);
                    text.Append(':');
                    Write(text, member.Value, sorted);
                });
                break;
            case JsonValueKind.Array:
                WriteAll(text, '[', ']', value.EnumerateArray(), item => Write(text, item, sorted));
                break;
            case JsonValueKind.String:
                WriteString(text, value.GetString()!);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void WriteAll<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Action<T> write)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                text.Append(',');
            isFirst = false;
            write(item);
        }
        text.Append(close);
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => text.Append(character),
            };
        }
        text.Append('"');
    }
}
