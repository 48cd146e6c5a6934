using System.Text;

namespace AiGateway.Semantics.Embedding.Tokenizing;

/// <summary>Turns text into ids as BERT does: clean, without accents, lower case, split at white space and punctuation, each word cut into the longest known pieces. Allocates nothing.</summary>
/// <remarks>Rules and their order are those of the public tokeniser library (BertNormalizer, BertPreTokenizer, WordPiece), whose ids it gives exactly.</remarks>
internal sealed class WordPieceTokenizer
{
    private readonly BertNormalizerRules _rules;
    private readonly WordPieceVocabulary _vocabulary;
    private readonly (string Text, int Id)[] _added;
    private readonly int _mostCharacters;

    /// <param name="rules">How text is changed before it is cut.</param>
    /// <param name="vocabulary">The pieces.</param>
    /// <param name="unknown">The id of a word that cannot be made of pieces.</param>
    /// <param name="mostCharacters">Words of more characters are unknown.</param>
    /// <param name="added">Tokens that are found in the raw text before anything else, such as <c>[MASK]</c>.</param>
    /// <param name="before">Ids that a model's input begins with.</param>
    /// <param name="after">Ids that it ends with.</param>
    public WordPieceTokenizer(
        BertNormalizerRules rules, WordPieceVocabulary vocabulary, int unknown, int mostCharacters, (string Text, int Id)[] added, int[] before, int[] after)
    {
        _rules = rules;
        _vocabulary = vocabulary;
        Unknown = unknown;
        _mostCharacters = mostCharacters;
        // The longest first: of two that begin alike the longer one counts.
        _added = [.. added.OrderByDescending(token => token.Text.Length)];
        Before = before;
        After = after;
    }

    /// <summary>The id of a word that cannot be made of pieces.</summary>
    public int Unknown { get; }

    /// <summary>What a model's input begins with: <c>[CLS]</c>, or nothing.</summary>
    public ReadOnlyMemory<int> Before { get; }

    /// <summary>What it ends with: <c>[SEP]</c>, or nothing.</summary>
    public ReadOnlyMemory<int> After { get; }

    /// <summary>Writes the ids of <paramref name="prefix"/> and <paramref name="text"/>, without those before and after, until <paramref name="ids"/> is full.</summary>
    /// <returns>How many ids there are; <paramref name="coverage"/> counts the characters of the text only.</returns>
    public int Tokenize(ReadOnlySpan<char> prefix, ReadOnlySpan<char> text, Span<int> ids, out TextCoverage coverage)
    {
        Span<char> word = stackalloc char[WordPieceRun.UnitsPerCharacter * _mostCharacters];
        Span<int> pieces = stackalloc int[WordPieceRun.UnitsPerCharacter * _mostCharacters];
        var run = new WordPieceRun(_rules, _vocabulary, Unknown, _mostCharacters, word, pieces, ids);
        Read(ref run, prefix);
        run.BeginCoverage();
        Read(ref run, text);
        run.EndWord();
        coverage = run.Coverage;
        return run.Count;
    }

    private void Read(ref WordPieceRun run, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && !run.IsFull)
        {
            if (AddedAt(text) is { Text: not null } added)
            {
                run.EndWord();
                run.Add(added.Id);
                text = text[added.Text.Length..];
                continue;
            }
            // A lone half of a surrogate pair is read as the replacement character.
            Rune.DecodeFromUtf16(text, out var character, out var units);
            run.Read(character);
            text = text[units..];
        }
    }

    private (string Text, int Id) AddedAt(ReadOnlySpan<char> text)
    {
        foreach (var token in _added)
        {
            if (text[0] == token.Text[0] && text.StartsWith(token.Text, StringComparison.Ordinal))
            {
                return token;
            }
        }
        return default;
    }
}
