using System.Globalization;
using System.Text;

namespace AiGateway.Protocols.Tests.Fuzzing;

/// <summary>Writes valid JSON of every shape: the same for the same seed.</summary>
internal sealed class JsonSamples(int seed)
{
    private static readonly string[] Escapes = ["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\uD83D\\ude00", "\\ud800", "\\u000A"];
    private static readonly string[] Literals = ["true", "false", "null"];
    private static readonly string[] Spaces = [" ", "\n", "\t", "\r", "  \n", "\r\n        "];
    private static readonly string[] Letters = ["a", "Z", "é", "漢", "😀", "\u007F", "{", "]", ",", "'"];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _json = new();
    private bool _isSpaced;

    /// <summary>A text whose nesting is at most <paramref name="depth"/>.</summary>
    public byte[] Next(int depth)
    {
        _json.Clear();
        _isSpaced = _random.Next(3) == 0;
        Space();
        Value(depth);
        Space();
        return Encoding.UTF8.GetBytes(_json.ToString());
    }

    private void Value(int depth)
    {
        switch (_random.Next(depth > 0 ? 8 : 4))
        {
            case 0:
                Number();
                break;
            case 1:
                _json.Append(Literals[_random.Next(Literals.Length)]);
                break;
            case 2 or 3:
                Text();
                break;
            case 4 or 5:
                Container('[', ']', depth - 1);
                break;
            default:
                Container('{', '}', depth - 1);
                break;
        }
    }

    private void Container(char open, char close, int depth)
    {
        _json.Append(open);
        Space();
        var count = _random.Next(4);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                _json.Append(',');
            Space();
            if (open == '{')
            {
                Text();
                Space();
                _json.Append(':');
                Space();
            }
            Value(depth);
            Space();
        }
        _json.Append(close);
    }

    /// <summary>Long enough at times to cross several blocks, with escapes anywhere in them.</summary>
    private void Text()
    {
        _json.Append('"');
        var pieces = _random.Next(4) == 0 ? _random.Next(12) : _random.Next(2);
        for (var i = 0; i < pieces; i++)
        {
            _json.Append('x', _random.Next(3) == 0 ? _random.Next(150) : _random.Next(5));
            _json.Append(_random.Next(2) == 0 ? Escapes[_random.Next(Escapes.Length)] : Letters[_random.Next(Letters.Length)]);
        }
        _json.Append('"');
    }

    private void Number()
    {
        if (_random.Next(3) == 0)
            _json.Append('-');
        _json.Append(_random.Next(3) == 0 ? "0" : _random.NextInt64(1, _random.Next(2) == 0 ? 20 : long.MaxValue).ToString(CultureInfo.InvariantCulture));
        if (_random.Next(3) == 0)
            _json.Append('.').Append(_random.Next(1000));
        if (_random.Next(3) == 0)
            _json.Append(_random.Next(2) == 0 ? 'e' : 'E').Append(_random.Next(3) switch { 0 => "+", 1 => "-", _ => "" }).Append(_random.Next(400));
    }

    private void Space()
    {
        if (_isSpaced && _random.Next(2) == 0)
            _json.Append(Spaces[_random.Next(Spaces.Length)]);
    }
}
