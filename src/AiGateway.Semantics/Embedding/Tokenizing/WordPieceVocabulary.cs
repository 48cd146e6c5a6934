namespace AiGateway.Semantics.Embedding.Tokenizing;

/// <summary>Pieces of words and their ids: those that begin a word apart from those that continue one, so that no look-up has to build a string.</summary>
internal sealed class WordPieceVocabulary
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _first;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _further;
    private readonly int _longestFirst;
    private readonly int _longestFurther;

    /// <param name="pieces">Pieces as the file writes them.</param>
    /// <param name="prefix">What marks those that continue a word: <c>##</c>.</param>
    public WordPieceVocabulary(IReadOnlyDictionary<string, int> pieces, string prefix)
    {
        var first = new Dictionary<string, int>(pieces.Count, StringComparer.Ordinal);
        var further = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (piece, id) in pieces)
        {
            // '##' is also a piece of its own for the beginning of a word, as every piece is.
            first.Add(piece, id);
            _longestFirst = Math.Max(_longestFirst, piece.Length);
            if (piece.StartsWith(prefix, StringComparison.Ordinal) && piece.Length > prefix.Length)
            {
                further.Add(piece[prefix.Length..], id);
                _longestFurther = Math.Max(_longestFurther, piece.Length - prefix.Length);
            }
        }
        _first = first.GetAlternateLookup<ReadOnlySpan<char>>();
        _further = further.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The longest piece that <paramref name="rest"/> of a word begins with.</summary>
    /// <param name="rest">What is left of the word.</param>
    /// <param name="isFirst">Whether that is the whole word.</param>
    /// <param name="id">Its id.</param>
    /// <returns>Its length in UTF-16 units; 0 when there is none.</returns>
    public int Longest(ReadOnlySpan<char> rest, bool isFirst, out int id)
    {
        var pieces = isFirst ? _first : _further;
        for (var length = Math.Min(rest.Length, isFirst ? _longestFirst : _longestFurther); length > 0; length--)
        {
            if (pieces.TryGetValue(rest[..length], out id))
            {
                return length;
            }
        }
        id = 0;
        return 0;
    }
}
