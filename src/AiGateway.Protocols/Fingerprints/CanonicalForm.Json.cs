using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Fingerprints;

/// <summary>JSON text becomes its form; objects are put into order.</summary>
internal sealed partial class CanonicalForm
{
    // Real requests are moved a few times over, one for each level that is out of order; nesting may go to 64.
    private const int MovesPerByte = 32;
    private const int FreeMoves = 64 * 1024;

    /// <summary>Objects of more members than this are sorted by the library: it allocates, but does not compare each with each.</summary>
    private const int MostInserted = 32;

    private byte[] _scratch = [];
    private Member[] _members = new Member[64];
    private int _memberCount;
    private long _moved;
    private Comparison<Member>? _comparison;

    /// <summary>Writes a request's body.</summary>
    /// <param name="operation">Whose members are left out, and whose turns are looked into.</param>
    /// <param name="json">The body.</param>
    /// <param name="turn">The text of the last user turn, for which only a mark is written.</param>
    /// <returns>False when it is no JSON object, has its turns twice, or takes too long to put into order.</returns>
    public bool TryWriteRequest(Operation operation, ReadOnlySpan<byte> json, out TurnText turn)
    {
        turn = new TurnText(TurnTextState.NotLookedFor, default);
        var most = FreeMoves + ((long)json.Length * MovesPerByte);
        var omitted = OmittedMembers.For(operation);
        var turns = TurnText.MemberOf(operation);
        var reader = new JsonScanner(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;

        var members = OpenObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Name(in reader);
            if (OmittedMembers.Contains(omitted, name))
            {
                reader.Skip();
                continue;
            }
            var isTurns = !turns.IsEmpty && name.SequenceEqual(turns);
            var member = WriteName(reader.ValueSpan, reader.ValueIsEscaped);
            reader.Read();
            var markAt = -1;
            if (isTurns)
            {
                // Of two lists each would have its mark, and the text of one would be in no hash.
                if (turn.State != TurnTextState.NotLookedFor)
                    return false;
                turn = TurnText.Find(operation, reader);
                markAt = turn.State == TurnTextState.Found ? turn.Range.Start : -1;
            }
            if (!TryWriteValue(ref reader, markAt, most))
                return false;
            Add(ref members, member);
        }
        if (reader.ErrorIndex >= 0 || !TryClose(in members, most))
            return false;
        reader.Read();
        return reader.ErrorIndex < 0;
    }

    /// <summary>Writes one JSON value; false as <see cref="TryWriteRequest"/>.</summary>
    public bool TryWriteJson(ReadOnlySpan<byte> json)
    {
        var most = _moved + FreeMoves + ((long)json.Length * MovesPerByte);
        var reader = new JsonScanner(json);
        reader.Read();
        if (!TryWriteValue(ref reader, -1, most))
            return false;
        reader.Read();
        return reader.ErrorIndex < 0;
    }

    private bool TryWriteValue(scoped ref JsonScanner reader, int markAt, long mostMoves)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.TokenStartIndex == markAt:
                WriteByte((byte)'m');
                return true;
            case JsonTokenType.String:
                WriteString(reader.ValueSpan, reader.ValueIsEscaped);
                return true;
            case JsonTokenType.Number:
                WriteNumber(reader.ValueSpan);
                return true;
            case JsonTokenType.True:
                WriteByte((byte)'t');
                return true;
            case JsonTokenType.False:
                WriteByte((byte)'f');
                return true;
            case JsonTokenType.Null:
                WriteByte((byte)'n');
                return true;
            case JsonTokenType.StartArray:
                return TryWriteArray(ref reader, markAt, mostMoves);
            case JsonTokenType.StartObject:
                return TryWriteObject(ref reader, markAt, mostMoves);
            default:
                return false;
        }
    }

    private bool TryWriteArray(scoped ref JsonScanner reader, int markAt, long mostMoves)
    {
        var start = Begin((byte)'a', 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!TryWriteValue(ref reader, markAt, mostMoves))
                return false;
        }
        EndGroup(start);
        return reader.ErrorIndex < 0;
    }

    private bool TryWriteObject(scoped ref JsonScanner reader, int markAt, long mostMoves)
    {
        var members = OpenObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = WriteName(reader.ValueSpan, reader.ValueIsEscaped);
            reader.Read();
            if (!TryWriteValue(ref reader, markAt, mostMoves))
                return false;
            Add(ref members, member);
        }
        return reader.ErrorIndex < 0 && TryClose(in members, mostMoves);
    }

    private OpenMembers OpenObject() => new(Begin((byte)'o', 0), _memberCount);

    private void Add(ref OpenMembers open, Member member)
    {
        if (open.IsOrdered && _memberCount > open.First)
            open.IsOrdered = Compare(_members[_memberCount - 1], member) <= 0;
        if (_memberCount == _members.Length)
            Array.Resize(ref _members, _memberCount * 2);
        _members[_memberCount++] = member with { End = _length };
    }

    private bool TryClose(in OpenMembers open, long mostMoves)
    {
        if (!open.IsOrdered && !TryOrder(open.Start + HeadLength, _members.AsSpan(open.First, _memberCount - open.First), mostMoves))
            return false;
        _memberCount = open.First;
        EndGroup(open.Start);
        return true;
    }

    private Member WriteName(ReadOnlySpan<byte> name, bool isEscaped)
    {
        Reserve(sizeof(int) + name.Length + sizeof(ulong));
        var start = _length;
        var room = _bytes.AsSpan(start + sizeof(int));
        var length = name.Length;
        if (isEscaped)
            length = JsonUnescaping.Unescape(name, room);
        else
            name.CopyTo(room);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start), length);
        _length = start + sizeof(int) + length;

        var beginning = BinaryPrimitives.ReadUInt64BigEndian(room);
        if (length < sizeof(ulong))
            beginning &= length == 0 ? 0 : ulong.MaxValue << (64 - (8 * length));
        return new Member(start, _length, beginning);
    }

    private void EndGroup(int start) =>
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start + 1), _length - start - HeadLength);

    private bool TryOrder(int start, Span<Member> members, long mostMoves)
    {
        var length = _length - start;
        _moved += length;
        if (_moved > mostMoves)
            return false;
        if (members.Length > MostInserted)
            members.Sort(_comparison ??= Compare);
        else
            Insert(members);

        if (_scratch.Length < length)
            _scratch = new byte[Math.Max(length, SmallestBuffer)];
        var at = 0;
        foreach (var member in members)
        {
            _bytes.AsSpan(member.Start, member.End - member.Start).CopyTo(_scratch.AsSpan(at));
            at += member.End - member.Start;
        }
        _scratch.AsSpan(0, length).CopyTo(_bytes.AsSpan(start));
        return true;
    }

    private void Insert(Span<Member> members)
    {
        for (var i = 1; i < members.Length; i++)
        {
            var member = members[i];
            var at = i;
            for (; at > 0 && Compare(members[at - 1], member) > 0; at--)
                members[at] = members[at - 1];
            members[at] = member;
        }
    }

    private int Compare(Member left, Member right)
    {
        if (left.Beginning != right.Beginning)
            return left.Beginning < right.Beginning ? -1 : 1;
        var names = NameAt(left.Start).SequenceCompareTo(NameAt(right.Start));
        return names != 0 ? names : left.Start.CompareTo(right.Start);
    }

    private ReadOnlySpan<byte> NameAt(int start) =>
        _bytes.AsSpan(start + sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(start)));

    /// <summary>A number with neither leading nor trailing zeros: digits, and the power of ten they are multiplied by where that is not 0.</summary>
    private void WriteNumber(ReadOnlySpan<byte> number)
    {
        if (number.Length == 1 || JsonNumber.IsPlainInteger(number))
        {
            WriteDigits(number);
            return;
        }
        Span<byte> digits = stackalloc byte[JsonNumber.LongestForm];
        if (JsonNumber.TryNormalise(number, digits, out var length))
        {
            WriteDigits(digits[..length]);
            return;
        }
        // So long that nobody writes it in two ways: as it stands.
        WriteHeaded((byte)'D', number);
    }

    private void WriteDigits(ReadOnlySpan<byte> digits)
    {
        Reserve(2 + digits.Length);
        _bytes[_length] = (byte)'d';
        _bytes[_length + 1] = (byte)digits.Length;
        digits.CopyTo(_bytes.AsSpan(_length + 2));
        _length += 2 + digits.Length;
    }

    /// <summary>A member of an open object.</summary>
    /// <param name="Start">Where its name begins.</param>
    /// <param name="End">Where its value ends.</param>
    /// <param name="Beginning">The first eight bytes of its name, which settle most comparisons.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Member(int Start, int End, ulong Beginning);

    /// <summary>An object whose members are being written.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="first">The index of its first member.</param>
    private struct OpenMembers(int start, int first)
    {
        public readonly int Start => start;

        public readonly int First => first;

        public bool IsOrdered = true;
    }
}
