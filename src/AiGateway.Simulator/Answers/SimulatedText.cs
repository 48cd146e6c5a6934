using System.Buffers;
using System.Text;

namespace AiGateway.Simulator.Answers;

/// <summary>Writes the text of answers: it says that it is simulated, repeats the question's beginning and goes on in chosen words.</summary>
internal static class SimulatedText
{
    private const int MaxEchoedChars = 120;

    private static readonly string[] Words =
    [
        "amber", "anchor", "autumn", "basalt", "beacon", "birch", "bridge", "candle", "canyon", "cedar", "circle", "cloud",
        "copper", "coral", "current", "delta", "ember", "fable", "falcon", "fern", "field", "flint", "forest", "garden",
        "glacier", "granite", "harbour", "hazel", "horizon", "island", "ivory", "jasper", "juniper", "kernel", "lantern", "lagoon",
        "linen", "marble", "meadow", "mirror", "morning", "nectar", "nickel", "ocean", "olive", "orchard", "pebble", "pepper",
        "pillar", "prairie", "quartz", "quiet", "raven", "river", "saffron", "silver", "spruce", "stone", "summit", "thistle",
        "timber", "valley", "willow", "winter",
    ];

    // Texts are cut where text may be cut; a word is a chunk of a stream.
    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\r\n\t");

    /// <summary>An answer of exactly <paramref name="tokens"/> tokens; of about 32 to 64 when that is 0.</summary>
    public static string Write(Prompt prompt, ulong hash, int tokens)
    {
        var exact = tokens > 0;
        var bytes = (exact ? tokens : 32 + (int)(hash % 33)) * Tokens.BytesPerToken;
        var text = new StringBuilder(bytes + 16);
        text.Append(prompt.EndsWithToolResult ? "Simulated answer from the tool result: " : "Simulated answer to: ");
        var echoed = Cut(prompt.LastText, MaxEchoedChars);
        text.Append(echoed.AsSpan().ContainsAny(LineBreaks) ? echoed.ReplaceLineEndings(" ").Replace('\t', ' ') : echoed);
        text.Append(" ·");
        var length = Encoding.UTF8.GetByteCount(text.ToString());
        while (length < bytes)
        {
            hash = Hashing.Mix(hash);
            var word = Words[hash % (ulong)Words.Length];
            text.Append(' ').Append(word);
            length += word.Length + 1;
        }
        return exact ? CutToBytes(text.ToString(), bytes) : text.Append('.').ToString();
    }

    /// <summary>The end of the chunk of a stream that begins at <paramref name="start"/>: a word with the space before it.</summary>
    public static int ChunkEnd(string text, int start)
    {
        var space = text.IndexOf(' ', start + 1);
        return space < 0 ? text.Length : space;
    }

    /// <summary>The longest beginning of at most that many bytes that cuts no character.</summary>
    public static string CutToBytes(string text, long maxBytes)
    {
        if (text.Length * 3L <= maxBytes || Encoding.UTF8.GetByteCount(text) <= maxBytes)
            return text;
        var length = 0L;
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            length += rune.Utf8SequenceLength;
            if (length > maxBytes)
                break;
            end += rune.Utf16SequenceLength;
        }
        return text[..end];
    }

    private static string Cut(string text, int maxChars)
    {
        if (text.Length <= maxChars)
            return text;
        return text[..(char.IsHighSurrogate(text[maxChars - 1]) ? maxChars - 1 : maxChars)] + "…";
    }
}
