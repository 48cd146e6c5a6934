namespace AiGateway.Protocols.Fingerprints;

/// <summary>Values of requests that come again and again as the very same bytes, with their forms: the schemas of an application's tools, above all.</summary>
/// <remarks>
/// Structure costs several times what text does, and what stands here is compared and copied instead. A value counts by its bytes alone, so that its form is
/// the one it would be given anew, whoever sent it first. What came once is only remembered as a number: it may never come again.
/// Reading takes no lock; of two that write at the same time one may be lost.
/// </remarks>
internal static class KnownValues
{
    /// <summary>Below this, it is written as fast as it is found.</summary>
    public const int Shortest = 1024;

    /// <summary>Above this, it would take more memory than it saves time; with <see cref="Slots"/> it bounds them all to some 4 MB.</summary>
    public const int Longest = 64 * 1024;

    private const int Slots = 32;
    private const int SeenSlots = 1024;

    // Where more values come in turn than there is room for, keeping each would cost more than it brings.
    private const int MissesPerReplacement = 16;
    private const int Sampled = 16;

    private static readonly KnownValue?[] Values = new KnownValue?[Slots];
    private static readonly int[] Seen = new int[SeenSlots];
    private static int _next;

    /// <summary>Whether a member of a request is looked up here: what an application sends with every request, and nothing that its users write.</summary>
    public static bool AreOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("tools"u8) || name.SequenceEqual("functions"u8) || name.SequenceEqual("response_format"u8) || name.SequenceEqual("text"u8);

    /// <summary>The known value that a text begins with; null when there is none.</summary>
    /// <param name="text">From the first byte of a JSON array or object on.</param>
    public static KnownValue? Find(ReadOnlySpan<byte> text)
    {
        foreach (ref var slot in Values.AsSpan())
        {
            // An array or object ends with its bracket: whatever follows, a text that begins with the same bytes begins with the same value.
            if (Volatile.Read(ref slot) is { } value && text.StartsWith(value.Json))
                return value;
        }
        return null;
    }

    /// <summary>Takes note of a value that was not found; keeps it when it came before.</summary>
    /// <param name="json">Its bytes, a whole array or object.</param>
    /// <param name="form">Its form.</param>
    /// <param name="moved">How many bytes were moved to put it into order.</param>
    public static void Note(ReadOnlySpan<byte> json, ReadOnlySpan<byte> form, long moved)
    {
        if (json.Length is < Shortest or > Longest || form.Length > Longest)
            return;
        var sample = Sample(json);
        ref var seen = ref Seen[sample & (SeenSlots - 1)];
        if (seen != sample)
        {
            seen = sample;
            return;
        }
        var next = (uint)Interlocked.Increment(ref _next) - 1;
        if (next >= Slots && next % MissesPerReplacement != 0)
            return;
        var slot = next < Slots ? next : next / MissesPerReplacement % Slots;
        Volatile.Write(ref Values[slot], new KnownValue(json.ToArray(), form.ToArray(), moved));
    }

    /// <summary>A number that is another for most other values: of its length, its end and some bytes between.</summary>
    private static int Sample(ReadOnlySpan<byte> json)
    {
        var hash = new HashCode();
        hash.Add(json.Length);
        hash.AddBytes(json[^Sampled..]);
        for (var part = 1; part < Sampled; part++)
            hash.AddBytes(json.Slice(json.Length / Sampled * part, sizeof(ulong)));
        return hash.ToHashCode();
    }
}
