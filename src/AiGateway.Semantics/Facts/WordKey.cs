namespace AiGateway.Semantics.Facts;

/// <summary>64-bit keys of folded words and of values. Equal from run to run; not meant to withstand somebody who searches for two words with one key.</summary>
internal static class WordKey
{
    private const ulong Prime = 0x9e3779b97f4a7c15;

    public static ulong Of(ReadOnlySpan<char> word)
    {
        var key = Prime ^ (ulong)word.Length;
        foreach (var c in word)
            key = Mix(key, c);
        return key;
    }

    public static ulong Mix(ulong key, ulong next)
    {
        var high = Math.BigMul(key ^ next, Prime, out var low);
        return high ^ low ^ (next << 1);
    }

    /// <summary>The key of a number in a dimension; equal numbers are equal however many zeros they are written with.</summary>
    public static ulong Of(decimal value, ulong dimension)
    {
        Span<int> bits = stackalloc int[4];
        // Division by one with all its places takes trailing zeros off: 3.00 is 3.
        decimal.GetBits(value / 1.0000000000000000000000000000m, bits);
        var key = Mix(Prime, dimension);
        foreach (var part in bits)
            key = Mix(key, (uint)part);
        return key;
    }
}
