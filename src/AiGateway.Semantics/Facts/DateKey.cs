namespace AiGateway.Semantics.Facts;

/// <summary>Dates in one number: year, month and day, zero where not given.</summary>
internal static class DateKey
{
    public static ulong Of(int year, int month, int day) => (ulong)((uint)year << 16 | (uint)month << 8 | (uint)day);

    /// <summary>Whether two dates may be the same day: what both give is equal, and there is something that both give.</summary>
    public static bool Agree(ulong a, ulong b)
    {
        var shared = false;
        for (var shift = 0; shift <= 16; shift += 8)
        {
            var mask = shift == 16 ? 0xffffUL : 0xff;
            var (x, y) = (a >> shift & mask, b >> shift & mask);
            if (x == 0 || y == 0)
                continue;
            if (x != y)
                return false;
            shared = true;
        }
        return shared;
    }
}
