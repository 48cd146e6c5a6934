using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AiGateway.Protocols.Tests.Fingerprints;

/// <summary>Writes the same JSON in another way: members in another order, white space, escapes, other forms of its numbers.</summary>
internal sealed class JsonRewriting(Random random)
{
    private readonly StringBuilder _json = new();

    public byte[] Rewrite(ReadOnlyMemory<byte> json)
    {
        _json.Clear();
        using var document = JsonDocument.Parse(json);
        Value(document.RootElement);
        return Encoding.UTF8.GetBytes(_json.ToString());
    }

    private void Value(JsonElement value)
    {
        Space();
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = value.EnumerateObject().ToArray();
                random.Shuffle(members);
                Join('{', '}', members, member =>
                {
                    Space();
                    Text(member.Name);
                    Space();
                    _json.Append(':');
                    Value(member.Value);
                });
                break;
            case JsonValueKind.Array:
                Join('[', ']', value.EnumerateArray().ToArray(), Value);
                break;
            case JsonValueKind.String:
                Text(value.GetString()!);
                break;
            case JsonValueKind.Number:
                Number(value.GetRawText());
                break;
            default:
                _json.Append(value.GetRawText());
                break;
        }
        Space();
    }

    private void Join<T>(char open, char close, T[] values, Action<T> write)
    {
        _json.Append(open);
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                _json.Append(',');
            write(values[i]);
        }
        _json.Append(close);
    }

    private void Text(string text)
    {
        _json.Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\' && random.Next(2) == 0)
                _json.Append('\\').Append(c);
            else if (c == '\n' && random.Next(2) == 0)
                _json.Append("\\n");
            else if (c == '/' && random.Next(2) == 0)
                _json.Append("\\/");
            else if (c is '"' or '\\' || c < ' ' || random.Next(8) == 0 || char.IsSurrogate(c))
                _json.Append("\\u").Append(((int)c).ToString(random.Next(2) == 0 ? "x4" : "X4", CultureInfo.InvariantCulture));
            else
                _json.Append(c);
        }
        _json.Append('"');
    }

    private void Number(string number)
    {
        var plain = !number.AsSpan().ContainsAny(".eE");
        _json.Append((random.Next(4), plain) switch
        {
            (0, true) => number + ".0",
            (1, true) when number != "0" => number + "00e-2",
            (2, true) => number + "E+00",
            (0, false) when !number.AsSpan().ContainsAny("eE") => number + "0",
            (1, false) when !number.AsSpan().ContainsAny("eE") => number + "e0",
            _ => number,
        });
    }

    private void Space()
    {
        if (random.Next(6) == 0)
            _json.Append(random.Next(3) switch { 0 => " ", 1 => "\r\n\t", _ => "\n" });
    }
}
