using System.Security.Cryptography;

namespace AiGateway.Pipeline;

/// <summary>Makes request ids: <c>req_</c> and 26 characters of Crockford's base 32 — 48 bits of time, then 80 random bits, so that ids sort by time (the layout of github.com/ulid/spec).</summary>
internal static class RequestId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int RandomBytes = 10;

    // The system's generator is dear by the call and cheap by the byte.
    private const int BytesAtOnce = 64 * RandomBytes;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _used;


    /// <summary>A new id.</summary>
    public static string New(DateTimeOffset now)
    {
        Span<char> text = stackalloc char[30];
        "req_".CopyTo(text);
        var time = now.ToUnixTimeMilliseconds();
        for (var i = 13; i >= 4; i--)
        {
            text[i] = Alphabet[(int)(time & 31)];
            time >>= 5;
        }
        var (position, bits, buffer) = (14, 0, 0);
        foreach (var value in Random())
        {
            buffer = (buffer << 8) | value;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text[position++] = Alphabet[(buffer >> (bits - 5)) & 31];
            }
        }
        return new string(text);
    }

    private static ReadOnlySpan<byte> Random()
    {
        var random = _random ??= new byte[BytesAtOnce];
        var position = _used % BytesAtOnce;
        if (position == 0)
        {
            RandomNumberGenerator.Fill(random);
        }
        _used = position + RandomBytes;
        return random.AsSpan(position, RandomBytes);
    }
}
