using System.Buffers.Text;
using System.Text.Json;

namespace AiGateway.Protocols.Framing;

/// <summary>Reads JSON token by token, forward only, over bytes that are all there: what <see cref="Utf8JsonReader"/> does, faster over long strings.</summary>
/// <remarks>
/// The library's reader leaves its vectorised search at a string's first backslash and goes on byte by byte; a prompt
/// has one at every line end, so that this was most of what the scan of a request cost. Strings here are read 64 bytes at a
/// time whatever they hold (JsonScanner.Strings.cs).
///
/// Tokens, positions and what is refused are those of <see cref="Utf8JsonReader"/> with its default options, RFC 8259 to the
/// letter; a differential test holds it to that. Nothing is thrown: after a defect <see cref="Read"/> gives false for good
/// and <see cref="ErrorIndex"/> says where. Like the library's, it does not judge UTF-8 inside strings.
/// </remarks>
internal ref partial struct JsonScanner
{
    /// <summary>One bit of <see cref="_objects"/> for each open object or array.</summary>
    public const int LargestDepth = 64;

    private readonly ReadOnlySpan<byte> _json;
    private readonly int _maxDepth;
    private int _at;
    private int _start;
    private int _valueStart;
    private int _valueLength;
    private int _depth;

    /// <summary>What is open, the innermost in the lowest bit: an object when set, else an array.</summary>
    private ulong _objects;

    /// <param name="json">The whole text.</param>
    /// <param name="maxDepth">Deeper nesting is a defect; 1 to <see cref="LargestDepth"/>.</param>
    public JsonScanner(ReadOnlySpan<byte> json, int maxDepth = LargestDepth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxDepth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, LargestDepth);
        _json = json;
        _maxDepth = maxDepth;
        ErrorIndex = -1;
    }

    /// <summary>What was read last; <see cref="JsonTokenType.None"/> before the first and after a defect.</summary>
    public JsonTokenType TokenType { get; private set; }

    /// <summary>True when the name or string here holds a backslash.</summary>
    public bool ValueIsEscaped { get; private set; }

    /// <summary>Where in the text the defect is, at most its length; negative while there is none.</summary>
    public int ErrorIndex { get; private set; }

    /// <summary>True when the defect is that the nesting is too deep.</summary>
    public bool IsTooDeep { get; private set; }

    /// <summary>The token as it stands in the text, a name or string without its quotes; empty after the last token.</summary>
    public readonly ReadOnlySpan<byte> ValueSpan => _json.Slice(_valueStart, _valueLength);

    /// <summary>Where the token begins, a name or string at its quote.</summary>
    public readonly int TokenStartIndex => _start;

    /// <summary>Where the token ends; after a name, where its colon ends.</summary>
    public readonly int BytesConsumed => _at;

    /// <summary>How many objects and arrays the token is in; the brackets of one are not inside it.</summary>
    public readonly int CurrentDepth => TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? _depth - 1 : _depth;

    /// <summary>Goes to the next token; false when there is none, at the end of the text or at a defect.</summary>
    public bool Read()
    {
        var at = SkipWhiteSpace(_at);
        switch (TokenType)
        {
            case JsonTokenType.None:
                return ErrorIndex < 0 && ReadValue(at);
            case JsonTokenType.PropertyName:
                return ReadValue(at);
            case JsonTokenType.StartObject:
                return IsAt(at, (byte)'}') ? End(at) : ReadName(at);
            case JsonTokenType.StartArray:
                return IsAt(at, (byte)']') ? End(at) : ReadValue(at);
            default:
                return ReadAfterValue(at);
        }
    }

    /// <summary>Goes to the end of the value here, or of the value that follows the name here.</summary>
    public void Skip()
    {
        if (TokenType == JsonTokenType.PropertyName)
            Read();
        if (TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        var outside = _depth - 1;
        while (Read() && _depth > outside)
        {
        }
    }

    /// <summary>After a name, the text from its value on; empty where there is none.</summary>
    public readonly ReadOnlySpan<byte> Ahead => _json[SkipWhiteSpace(_at)..];

    /// <summary>After a name, goes to the end of its value, as <see cref="Skip"/> would.</summary>
    /// <param name="length">How long the value is, an array or object that is known to be sound.</param>
    public void Pass(int length)
    {
        var start = SkipWhiteSpace(_at);
        var end = start + length;
        Accept(_json[start] == (byte)'{' ? JsonTokenType.EndObject : JsonTokenType.EndArray, end - 1, end);
    }

    /// <summary>The number here; false when it is written with a fraction or exponent, or is larger than 64 bits.</summary>
    public readonly bool TryGetInt64(out long value) =>
        Utf8Parser.TryParse(ValueSpan, out value, out var length) && length == _valueLength;

    /// <summary>The library's reader at the name or string here, for what it does better: to unescape.</summary>
    public readonly Utf8JsonReader StringReader()
    {
        var reader = new Utf8JsonReader(_json.Slice(_start, _valueLength + 2));
        reader.Read();
        return reader;
    }

    /// <summary>Where the defect is to a human, line and byte in it counted from 1.</summary>
    public readonly (int Line, int Byte) ErrorPosition()
    {
        var before = _json[..Math.Max(ErrorIndex, 0)];
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    private bool ReadAfterValue(int at)
    {
        if (at >= _json.Length)
        {
            if (_depth > 0)
                return Fail(at);
            _at = at;
            _valueLength = 0;
            ValueIsEscaped = false;
            return false;
        }
        if (_depth == 0)
            return Fail(at);

        var isObject = (_objects & 1) != 0;
        var b = _json[at];
        if (b == (byte)',')
        {
            if (at + 1 == _json.Length)
                return Fail(at);
            at = SkipWhiteSpace(at + 1);
            return isObject ? ReadName(at) : ReadValue(at);
        }
        return b == (isObject ? (byte)'}' : (byte)']') ? End(at) : Fail(at);
    }

    private bool ReadName(int at)
    {
        if (!IsAt(at, (byte)'"'))
            return Fail(at);
        if (!ReadString(at, JsonTokenType.PropertyName))
            return false;
        at = SkipWhiteSpace(_at);
        if (!IsAt(at, (byte)':'))
            return Fail(at);
        _at = at + 1;
        return true;
    }

    private bool ReadValue(int at)
    {
        if (at >= _json.Length)
            return Fail(at);
        switch (_json[at])
        {
            case (byte)'"':
                return ReadString(at, JsonTokenType.String);
            case (byte)'{':
                return Begin(at, JsonTokenType.StartObject, 1);
            case (byte)'[':
                return Begin(at, JsonTokenType.StartArray, 0);
            case (byte)'t':
                return ReadLiteral(at, "true"u8, JsonTokenType.True);
            case (byte)'f':
                return ReadLiteral(at, "false"u8, JsonTokenType.False);
            case (byte)'n':
                return ReadLiteral(at, "null"u8, JsonTokenType.Null);
            default:
                return ReadNumber(at);
        }
    }

    private bool Begin(int at, JsonTokenType type, ulong bit)
    {
        if (_depth >= _maxDepth)
        {
            IsTooDeep = true;
            return Fail(at);
        }
        _depth++;
        _objects = (_objects << 1) | bit;
        return Accept(type, at, at + 1);
    }

    private bool End(int at)
    {
        var type = (_objects & 1) != 0 ? JsonTokenType.EndObject : JsonTokenType.EndArray;
        _depth--;
        _objects >>= 1;
        return Accept(type, at, at + 1);
    }

    private bool ReadString(int at, JsonTokenType type)
    {
        ValueIsEscaped = false;
        var end = FindStringEnd(at + 1);
        if (end < 0)
            return false;
        TokenType = type;
        _start = at;
        _valueStart = at + 1;
        _valueLength = end - _valueStart;
        _at = end + 1;
        return true;
    }

    private bool ReadLiteral(int at, ReadOnlySpan<byte> literal, JsonTokenType type)
    {
        var same = _json[at..].CommonPrefixLength(literal);
        return same == literal.Length ? Accept(type, at, at + same) : Fail(at + same);
    }

    /// <summary>RFC 8259, section 6.</summary>
    private bool ReadNumber(int start)
    {
        var at = IsAt(start, (byte)'-') ? start + 1 : start;
        if (IsAt(at, (byte)'0'))
            at++;
        else if (!PassDigits(ref at))
            return Fail(at);
        if (IsAt(at, (byte)'.'))
        {
            at++;
            if (!PassDigits(ref at))
                return Fail(at);
        }
        if (IsAt(at, (byte)'e') || IsAt(at, (byte)'E'))
        {
            at++;
            if (IsAt(at, (byte)'+') || IsAt(at, (byte)'-'))
                at++;
            if (!PassDigits(ref at))
                return Fail(at);
        }

        // A slash is refused, too, but as the token that follows, where comments would begin.
        var isEnded = at >= _json.Length
            ? _depth == 0
            : _json[at] is (byte)',' or (byte)']' or (byte)'}' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'/';
        return isEnded ? Accept(JsonTokenType.Number, start, at) : Fail(at);
    }

    /// <summary>Moves <paramref name="at"/> behind digits; false when there is none.</summary>
    private readonly bool PassDigits(ref int at)
    {
        var first = at;
        while (at < _json.Length && char.IsAsciiDigit((char)_json[at]))
            at++;
        return at > first;
    }

    private readonly bool IsAt(int at, byte b) => at < _json.Length && _json[at] == b;

    private readonly int SkipWhiteSpace(int at)
    {
        var json = _json;
        if ((uint)at >= (uint)json.Length || json[at] > (byte)' ')
            return at;
        var length = json[at..].IndexOfAnyExcept(" \t\n\r"u8);
        return length < 0 ? json.Length : at + length;
    }

    private bool Accept(JsonTokenType type, int start, int end)
    {
        TokenType = type;
        ValueIsEscaped = false;
        _start = start;
        _valueStart = start;
        _valueLength = end - start;
        _at = end;
        return true;
    }

    private bool Fail(int at)
    {
        ErrorIndex = Math.Min(at, _json.Length);
        TokenType = JsonTokenType.None;
        ValueIsEscaped = false;
        _valueLength = 0;
        return false;
    }
}
