namespace AiGateway.CacheQuality.Questions;

/// <summary>Labelled questions in the order in which they are asked.</summary>
internal sealed class Workload
{
    private readonly int[] _group;
    private readonly HashSet<(int, int)> _different;

    /// <param name="texts">All texts.</param>
    /// <param name="cached">Those that are in the cache before the first question; indices into <paramref name="texts"/>.</param>
    /// <param name="asked">The questions, in order.</param>
    /// <param name="grows">Whether a miss puts the question into the cache.</param>
    /// <param name="group">For each text, texts of the same answer have the same number.</param>
    /// <param name="different">Pairs that are labelled as different, whatever follows from other labels.</param>
    internal Workload(string[] texts, int[] cached, int[] asked, bool grows, int[] group, HashSet<(int, int)> different)
    {
        Texts = texts;
        Cached = cached;
        Asked = asked;
        Grows = grows;
        _group = group;
        _different = different;
    }

    internal IReadOnlyList<string> Texts { get; }

    internal IReadOnlyList<int> Cached { get; }

    internal IReadOnlyList<int> Asked { get; }

    internal bool Grows { get; }

    /// <summary>Whether the cached answer to one text is right for another.</summary>
    internal bool IsSame(int cached, int asked) => _group[cached] == _group[asked] && !_different.Contains((cached, asked));
}
