using System.Text;

namespace AiGateway.Accounting.Ledger;

/// <summary>Gives the same string for the same bytes, for texts that come again and again. Bounded; not thread-safe.</summary>
internal sealed class TextPool
{
    private const int Slots = 1024;
    private const int Longest = 64;

    private readonly string?[] _texts = new string?[Slots];

    /// <summary>The text of UTF-8 bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > Longest)
        {
            return Encoding.UTF8.GetString(utf8);
        }
        ref var slot = ref _texts[Frames.Checksum(utf8) % Slots];
        if (slot is null || !Ascii.Equals(utf8, slot))
        {
            slot = Encoding.UTF8.GetString(utf8);
        }
        return slot;
    }
}
