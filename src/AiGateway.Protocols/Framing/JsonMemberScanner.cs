using System.Buffers;

namespace AiGateway.Protocols.Framing;

/// <summary>
/// Follows a JSON object of any size, in pieces cut anywhere, and keeps chosen top-level members of it. Memory is bounded:
/// a member larger than <see cref="LargestMember"/> is not kept.
/// </summary>
/// <remarks>
/// Not a validator: it follows strings, brackets and commas, so that it knows where members begin and whether the object was
/// closed; what stands inside values is skipped by vectorised searches. A mutable object for one body; not thread-safe.
///
/// <code>
/// Start ─{─► Name? ─"─► Name ─"─► Colon ─:─► Value ─┬─"─► Text ────"─┐
///              ▲                                     ├─{[► Nested ─}]─┤─► After ─}─► Done
///              └──────────────── , ◄─────────────────┴─ else Scalar ──┘
/// </code>
/// Anything that does not fit leads to Broken, for good.
/// </remarks>
public sealed class JsonMemberScanner
{
    /// <summary>Values above this many bytes are not kept.</summary>
    public const int LargestMember = 64 * 1024;

    private const int LongestName = 64;

    private static readonly SearchValues<byte> NestedStops = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> TextStops = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> ScalarStops = SearchValues.Create(",} \t\r\n"u8);

    private readonly int _keep;
    private readonly byte[][] _wanted;
    private readonly byte[] _name = new byte[LongestName];
    private readonly ArrayBufferWriter<byte> _kept = new(1024);

    private State _state = State.Start;
    private int _nameLength;
    private int _depth;
    private bool _isEscaped;
    private bool _isNestedText;

    private int _member = -1;
    private uint _seen;
    private byte[]? _value;
    private int _valueLength;
    private bool _isTooLarge;
    private long _valueStart;
    private int _elements;
    private byte _first;

    /// <param name="kept">How many of the names, from the first on, are members to keep; the others are only reported.</param>
    /// <param name="wanted">Names of top-level members, at most 32.</param>
    public JsonMemberScanner(int kept, params ReadOnlySpan<string> wanted)
    {
        if (wanted.Length > 32)
            throw new ArgumentException("At most 32 names.", nameof(wanted));
        _keep = kept;
        _wanted = new byte[wanted.Length][];
        for (var i = 0; i < wanted.Length; i++)
            _wanted[i] = System.Text.Encoding.UTF8.GetBytes(wanted[i]);
        _kept.Write("{"u8);
    }

    private enum State
    {
        Start,
        FirstName,
        NextName,
        Name,
        Colon,
        Value,
        Text,
        Nested,
        Scalar,
        After,
        Done,
        Broken,
    }

    /// <summary>True when the object was closed and nothing but white space followed.</summary>
    public bool IsComplete => _state == State.Done;

    /// <summary>How many bytes have been followed.</summary>
    public long Length { get; private set; }

    /// <summary>Called for each of the wanted members once its value has ended.</summary>
    public Action<MemberValue>? OnMember { get; init; }

    /// <summary>A JSON object of the members kept so far.</summary>
    public byte[] KeptObject()
    {
        var kept = _kept.WrittenSpan;
        var json = new byte[kept.Length + 1];
        kept.CopyTo(json);
        json[^1] = (byte)'}';
        return json;
    }

    /// <summary>Follows the next piece.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        var at = 0;
        while (at < piece.Length && _state != State.Broken)
        {
            at = _state switch
            {
                State.Text => FollowText(piece, at),
                State.Nested => FollowNested(piece, at),
                State.Scalar => FollowScalar(piece, at),
                State.Name => FollowName(piece, at),
                _ => FollowBetween(piece, at),
            };
        }
        Length += piece.Length;
    }

    private int FollowBetween(ReadOnlySpan<byte> piece, int at)
    {
        var b = piece[at];
        if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            return at + 1;
        switch (_state)
        {
            case State.Start when b == (byte)'{':
                _state = State.FirstName;
                return at + 1;
            case State.FirstName or State.NextName when b == (byte)'"':
                _state = State.Name;
                _nameLength = 0;
                _isEscaped = false;
                return at + 1;
            case State.FirstName or State.After when b == (byte)'}':
                _state = State.Done;
                return at + 1;
            case State.After when b == (byte)',':
                _state = State.NextName;
                return at + 1;
            case State.Colon when b == (byte)':':
                _state = State.Value;
                return at + 1;
            case State.Value:
                return BeginValue(piece, at);
            default:
                _state = State.Broken;
                return at + 1;
        }
    }

    /// <summary>A name with an escape is kept as it stands and so matches none: providers write names plainly.</summary>
    private int FollowName(ReadOnlySpan<byte> piece, int at)
    {
        var b = piece[at];
        if (b == (byte)'"' && !_isEscaped)
        {
            _state = State.Colon;
            return at + 1;
        }
        _isEscaped = b == (byte)'\\' && !_isEscaped;
        if (_nameLength < LongestName)
            _name[_nameLength] = b;
        _nameLength++;
        return at + 1;
    }

    private int BeginValue(ReadOnlySpan<byte> piece, int at)
    {
        _member = Find();
        _valueStart = Length + at;
        _valueLength = 0;
        _isTooLarge = false;
        _elements = 0;
        _first = piece[at];
        _isEscaped = false;
        switch (piece[at])
        {
            case (byte)'"':
                _state = State.Text;
                Keep(piece, at, at + 1);
                return at + 1;
            case (byte)'{' or (byte)'[':
                _state = State.Nested;
                _depth = 1;
                _isNestedText = false;
                Keep(piece, at, at + 1);
                return at + 1;
            case (byte)',' or (byte)'}' or (byte)']' or (byte)':':
                _state = State.Broken;
                return at + 1;
            default:
                _state = State.Scalar;
                return at;
        }
    }

    private int Find()
    {
        if (_nameLength > LongestName)
            return -1;
        var name = _name.AsSpan(0, _nameLength);
        for (var i = 0; i < _wanted.Length; i++)
        {
            // The first of two members of the same name is kept, so that the memory stays bounded.
            if (name.SequenceEqual(_wanted[i]) && (_seen & (1u << i)) == 0)
                return i;
        }
        return -1;
    }

    private int FollowText(ReadOnlySpan<byte> piece, int at)
    {
        var start = at;
        if (_isEscaped)
        {
            _isEscaped = false;
            at++;
        }
        var stop = piece[at..].IndexOfAny(TextStops);
        if (stop < 0)
        {
            Keep(piece, start, piece.Length);
            return piece.Length;
        }
        at += stop + 1;
        Keep(piece, start, at);
        if (piece[at - 1] == (byte)'\\')
            _isEscaped = true;
        else
            EndValue(at);
        return at;
    }

    private int FollowNested(ReadOnlySpan<byte> piece, int at)
    {
        var start = at;
        while (at < piece.Length)
        {
            if (_isNestedText)
            {
                if (_isEscaped)
                {
                    _isEscaped = false;
                    at++;
                }
                var quote = piece[at..].IndexOfAny(TextStops);
                if (quote < 0)
                    break;
                at += quote + 1;
                if (piece[at - 1] == (byte)'\\')
                    _isEscaped = true;
                else
                    _isNestedText = false;
                continue;
            }

            var stop = piece[at..].IndexOfAny(NestedStops);
            if (stop < 0)
                break;
            at += stop + 1;
            switch (piece[at - 1])
            {
                case (byte)'"':
                    _isNestedText = true;
                    break;
                case (byte)'{' or (byte)'[':
                    if (++_depth == 2)
                        _elements++;
                    break;
                default:
                    if (--_depth > 0)
                        break;
                    Keep(piece, start, at);
                    EndValue(at);
                    return at;
            }
        }
        Keep(piece, start, piece.Length);
        return piece.Length;
    }

    private int FollowScalar(ReadOnlySpan<byte> piece, int at)
    {
        var stop = piece[at..].IndexOfAny(ScalarStops);
        var end = stop < 0 ? piece.Length : at + stop;
        Keep(piece, at, end);
        if (stop >= 0)
            EndValue(end);
        return end;
    }

    private void Keep(ReadOnlySpan<byte> piece, int start, int end)
    {
        if (_member < 0 || _member >= _keep || _isTooLarge)
            return;
        var part = piece[start..end];
        if (_valueLength + part.Length > LargestMember)
        {
            _isTooLarge = true;
            return;
        }
        if (_value is null || _value.Length < _valueLength + part.Length)
            Array.Resize(ref _value, Math.Max(256, (_valueLength + part.Length) * 2));
        part.CopyTo(_value.AsSpan(_valueLength));
        _valueLength += part.Length;
    }

    private void EndValue(int end)
    {
        _state = State.After;
        if (_member < 0)
            return;
        _seen |= 1u << _member;
        OnMember?.Invoke(new MemberValue(_member, _valueStart, Length + end - _valueStart, _elements, _first));
        if (_isTooLarge || _member >= _keep)
            return;
        if (_kept.WrittenCount > 1)
            _kept.Write(","u8);
        _kept.Write("\""u8);
        _kept.Write(_wanted[_member]);
        _kept.Write("\":"u8);
        _kept.Write(_value.AsSpan(0, _valueLength));
    }
}
