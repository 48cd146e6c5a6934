using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Protocols.Fingerprints;

/// <summary>The one way to write down a JSON value: bytes that are equal when the values are, and only then.</summary>
/// <remarks>
/// <code>
/// null n   true t   false f     number d LENGTH(1) DIGITS      string s LENGTH(4) BYTES, or above 2 KB: S SHA-256(32)
/// array a LENGTH(4) VALUES      object o LENGTH(4) MEMBERS, each LENGTH(4) NAME VALUE, ordered by the bytes of the names
/// </code>
/// Every value says where it ends, so that none can be taken for another. A long string stands for itself by its hash: it is neither copied nor
/// moved, whereas members are moved when their object is closed out of order. Members of one name keep their order.
/// <para>One to a thread, taken by <see cref="Rent"/> and given back by <see cref="Return"/>; not thread-safe.</para>
/// </remarks>
internal sealed partial class CanonicalForm
{
    // Hashing a string apart costs some 0.3 µs beside its bytes, copying and moving a shorter one less.
    private const int LongestInline = 2048;
    private const int HeadLength = 1 + sizeof(int);
    private const int SmallestBuffer = 16 * 1024;
    private const int LargestKept = 256 * 1024;
    private const int MostMembersKept = 4096;

    [ThreadStatic]
    private static CanonicalForm? _free;

    private byte[] _bytes = new byte[SmallestBuffer];
    private int _length;

    private CanonicalForm()
    {
    }

    /// <summary>What is written so far.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>An empty one, this thread's own if it is free.</summary>
    public static CanonicalForm Rent()
    {
        var form = _free ?? new CanonicalForm();
        _free = null;
        form.Clear();
        return form;
    }

    /// <summary>Gives it back to this thread; what grew large is let go.</summary>
    public void Return()
    {
        if (_bytes.Length <= LargestKept && _scratch.Length <= LargestKept && _members.Length <= MostMembersKept)
            _free = this;
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _length = 0;
        _memberCount = 0;
        _moved = 0;
    }

    /// <summary>The SHA-256 of what is written.</summary>
    public Digest Hash()
    {
        Span<byte> hash = stackalloc byte[Digest.Length];
        SHA256.HashData(Written, hash);
        return Digest.Of(hash);
    }

    public void WriteByte(byte value)
    {
        Reserve(1);
        _bytes[_length++] = value;
    }

    public void WriteInt32(int value)
    {
        Reserve(sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(int);
    }

    public void WriteDigest(Digest digest)
    {
        Reserve(Digest.Length);
        digest.CopyTo(_bytes.AsSpan(_length));
        _length += Digest.Length;
    }

    /// <summary>A string that is no JSON.</summary>
    public void WriteString(string text)
    {
        var start = Begin((byte)'s', Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));
        EndText(start);
    }

    /// <summary>The text between the quotes of a JSON string.</summary>
    public void WriteString(ReadOnlySpan<byte> text, bool isEscaped)
    {
        if (isEscaped)
        {
            var start = Begin((byte)'s', text.Length);
            _length += JsonUnescaping.Unescape(text, _bytes.AsSpan(_length));
            EndText(start);
        }
        else if (text.Length > LongestInline)
        {
            Reserve(1 + Digest.Length);
            _bytes[_length++] = (byte)'S';
            SHA256.HashData(text, _bytes.AsSpan(_length));
            _length += Digest.Length;
        }
        else
        {
            WriteHeaded((byte)'s', text);
        }
    }

    /// <summary>Makes room, and writes the head of a string, an array or an object.</summary>
    private int Begin(byte kind, int most)
    {
        Reserve(HeadLength + Math.Max(most, Digest.Length));
        var start = _length;
        _bytes[start] = kind;
        _length = start + HeadLength;
        return start;
    }

    /// <summary>Writes its length into a string's head; one that turned out long goes by its hash.</summary>
    private void EndText(int start)
    {
        var text = _bytes.AsSpan(start + HeadLength, _length - start - HeadLength);
        if (text.Length <= LongestInline)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start + 1), text.Length);
            return;
        }
        Span<byte> hash = stackalloc byte[Digest.Length];
        SHA256.HashData(text, hash);
        _bytes[start] = (byte)'S';
        hash.CopyTo(_bytes.AsSpan(start + 1));
        _length = start + 1 + Digest.Length;
    }

    private void WriteHeaded(byte kind, ReadOnlySpan<byte> text)
    {
        Reserve(HeadLength + text.Length);
        var room = _bytes.AsSpan(_length, HeadLength + text.Length);
        text.CopyTo(room[HeadLength..]);
        BinaryPrimitives.WriteInt32LittleEndian(room[1..], text.Length);
        room[0] = kind;
        _length += room.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int more)
    {
        if (_bytes.Length - _length < more)
            Grow(more);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int more) =>
        Array.Resize(ref _bytes, checked((int)Math.Max((long)_length + more, Math.Min(_bytes.Length * 2L, Array.MaxLength))));
}
