namespace AiGateway.Protocols.Fingerprints;

/// <summary>The characters that a JSON string's text stands for.</summary>
/// <remarks>The library's own throws over half a surrogate pair, which JSON's grammar allows: here it becomes the three bytes that UTF-8 forbids, and so stays different from everything else.</remarks>
internal static class JsonUnescaping
{
    /// <summary>Unescapes.</summary>
    /// <param name="text">What stands between the quotes of a valid JSON string.</param>
    /// <param name="plain">At least as long.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> plain)
    {
        var written = 0;
        while (true)
        {
            var escape = text.IndexOf((byte)'\\');
            if (escape < 0)
            {
                text.CopyTo(plain[written..]);
                return written + text.Length;
            }
            text[..escape].CopyTo(plain[written..]);
            written += escape;
            text = text[(escape + 1)..];
            if (text[0] != (byte)'u')
            {
                plain[written++] = Short(text[0]);
                text = text[1..];
                continue;
            }

            var unit = Unit(text[1..]);
            text = text[5..];
            if (char.IsHighSurrogate((char)unit) && text.Length >= 6 && text.StartsWith("\\u"u8) && Unit(text[2..]) is var low && char.IsLowSurrogate((char)low))
            {
                unit = char.ConvertToUtf32((char)unit, (char)low);
                text = text[6..];
            }
            written += Encode(unit, plain[written..]);
        }
    }

    private static byte Short(byte letter) => letter switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'t' => (byte)'\t',
        (byte)'r' => (byte)'\r',
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        _ => letter,
    };

    private static int Unit(ReadOnlySpan<byte> digits)
    {
        var unit = 0;
        foreach (var digit in digits[..4])
            unit = (unit << 4) | ((digit & 0xF) + (digit >= (byte)'A' ? 9 : 0));
        return unit;
    }

    private static int Encode(int code, Span<byte> plain)
    {
        switch (code)
        {
            case < 0x80:
                plain[0] = (byte)code;
                return 1;
            case < 0x800:
                plain[0] = (byte)(0xC0 | (code >> 6));
                plain[1] = (byte)(0x80 | (code & 0x3F));
                return 2;
            case < 0x10000:
                plain[0] = (byte)(0xE0 | (code >> 12));
                plain[1] = (byte)(0x80 | ((code >> 6) & 0x3F));
                plain[2] = (byte)(0x80 | (code & 0x3F));
                return 3;
            default:
                plain[0] = (byte)(0xF0 | (code >> 18));
                plain[1] = (byte)(0x80 | ((code >> 12) & 0x3F));
                plain[2] = (byte)(0x80 | ((code >> 6) & 0x3F));
                plain[3] = (byte)(0x80 | (code & 0x3F));
                return 4;
        }
    }
}
