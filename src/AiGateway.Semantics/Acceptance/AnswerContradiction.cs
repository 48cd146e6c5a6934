using System.Buffers;
using System.Numerics.Tensors;
using AiGateway.Semantics.Facts;

namespace AiGateway.Semantics.Acceptance;

/// <summary>Whether two answers say what cannot be true of one question: another number, another name, other code, the opposite.</summary>
/// <remarks>
/// Models say the same thing with more detail or with less, so what only one of the answers has is no contradiction. What counts is that each
/// has something that the other lacks, of the same kind. Where it stands does not matter: sentences are split and moved freely.
/// </remarks>
internal static class AnswerContradiction
{
    // Labels of buttons, titles and words that merely look like names differ in every answer; names that matter are more than this share of all.
    private const double LeastShareOfNames = 0.2;

    // Two sentences of this likeness say something about the same thing, and then "not" decides.
    private const float AboutTheSame = 0.8f;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    private const uint Turns = 1u << (int)FactKind.Negation | 1u << (int)FactKind.Opposite;

    // As many letters in common at the beginning make of two words one: Japan and Japanese.
    private const int LeastStem = 4;
    private const double LeastShareOfStem = 0.6;

    /// <summary>Whether they contradict each other.</summary>
    public static bool Exists(AnswerReading a, AnswerReading b)
    {
        if (a.SaysYes is { } yes && b.SaysYes is { } other && yes != other)
            return true;
        return OtherValues(a, b) || OtherCode(a, b) || OtherNames(a, b) || Turned(a, b);
    }

    /// <summary>The share of rare words, names among them, that the other answer does not have; 0 where there are too few to say.</summary>
    public static double ShareOfOtherWords(AnswerReading a, AnswerReading b)
    {
        var (all, missing) = (0, 0);
        foreach (var piece in a.Pieces)
            foreach (var token in piece.Facts.Tokens)
                if (token.Kind is FactTokenKind.Name or FactTokenKind.Technical)
                {
                    all++;
                    missing += HasWord(b, piece, token) ? 0 : 1;
                }
        return all < 4 ? 0 : (double)missing / all;
    }

    /// <summary>The share of values, code and names of one answer that the other has too; 0 where there are too few to be evidence.</summary>
    public static double ShareOfCommonFacts(AnswerReading of, AnswerReading from)
    {
        var (all, common) = (0, 0);
        foreach (var piece in of.Pieces)
            foreach (var token in piece.Facts.Tokens)
            {
                var isName = token.Kind is FactTokenKind.Name or FactTokenKind.Technical && token.Traits.HasFlag(FactTraits.Capital);
                if (!isName && !token.IsValue && token.Kind != FactTokenKind.Code)
                    continue;
                all++;
                common += (token.IsValue ? HasValue(from, piece, token) : isName ? HasWord(from, piece, token) : HasKey(from, token)) ? 1 : 0;
            }
        return all < 3 ? 0 : (double)common / all;
    }

    private static bool OtherValues(AnswerReading a, AnswerReading b)
    {
        foreach (var (piece, token) in Missing(a, b))
            foreach (var (otherPiece, otherToken) in Missing(b, a))
                // A bare number may be of any kind.
                if (token.Kind == otherToken.Kind || token.Kind == FactTokenKind.Number || otherToken.Kind == FactTokenKind.Number)
                    return true;
        return false;

        static IEnumerable<(AnswerPiece Piece, FactToken Token)> Missing(AnswerReading of, AnswerReading from)
        {
            foreach (var piece in of.Pieces)
                foreach (var token in piece.Facts.Tokens)
                    if (token.IsValue && !HasValue(from, piece, token))
                        yield return (piece, token);
        }
    }

    private static bool OtherCode(AnswerReading a, AnswerReading b) => Lacks(a, b) && Lacks(b, a);

    private static bool Lacks(AnswerReading one, AnswerReading other)
    {
        foreach (var piece in one.Pieces)
            foreach (var token in piece.Facts.Tokens)
                if (token.Kind == FactTokenKind.Code && !HasKey(other, token))
                    return true;
        return false;
    }

    private static bool OtherNames(AnswerReading a, AnswerReading b) => ShareOfOtherNames(a, b) >= LeastShareOfNames && ShareOfOtherNames(b, a) >= LeastShareOfNames;

    private static double ShareOfOtherNames(AnswerReading of, AnswerReading from)
    {
        var (all, missing) = (0, 0);
        foreach (var piece in of.Pieces)
            foreach (var token in piece.Facts.Tokens)
                if (token.Kind is FactTokenKind.Name or FactTokenKind.Technical && token.Traits.HasFlag(FactTraits.Capital))
                {
                    all++;
                    missing += HasWord(from, piece, token) ? 0 : 1;
                }
        return all == 0 ? 0 : (double)missing / all;
    }

    /// <summary>Two sentences that are each other's nearest are alike but for a negation or an opposite: it rises, it falls.</summary>
    private static bool Turned(AnswerReading a, AnswerReading b)
    {
        // A "no" that only one begins with is a negation that the other has in its sentences.
        var turns = a.SaysYes is false != b.SaysYes is false ? 1u << (int)FactKind.Opposite : Turns;
        // Answers of one sentence are about the same thing anyway: the question.
        var leastSimilarity = a.Pieces.Length == 1 && b.Pieces.Length == 1 ? -1 : AboutTheSame;
        foreach (var piece in a.Pieces)
        {
            if (Nearest(piece, b, out var similarity) is not { } partner || similarity < leastSimilarity || !ReferenceEquals(Nearest(partner, a, out _), piece))
                continue;
            if ((FactComparison.Compare(piece.Facts, partner.Facts).Features.Disagreements & turns) != 0)
                return true;
        }
        return false;
    }

    /// <summary>The piece of an answer that is nearest in meaning; null where none can be compared.</summary>
    public static AnswerPiece? Nearest(AnswerPiece piece, AnswerReading among, out float similarity)
    {
        (AnswerPiece? nearest, similarity) = (null, -1);
        if (piece.Vector.Length == 0)
            return null;
        foreach (var candidate in among.Pieces)
        {
            if (candidate.Vector.Length == 0)
                continue;
            var its = TensorPrimitives.Dot<float>(piece.Vector, candidate.Vector);
            if (its > similarity)
                (nearest, similarity) = (candidate, its);
        }
        return nearest;
    }

    private static bool HasKey(AnswerReading reading, in FactToken token)
    {
        foreach (var piece in reading.Pieces)
            foreach (var other in piece.Facts.Tokens)
                if (other.IsContent && other.Key == token.Key)
                    return true;
        return false;
    }

    /// <summary>The value, or the same digits: units are written and left out in many ways.</summary>
    private static bool HasValue(AnswerReading reading, AnswerPiece of, in FactToken token)
    {
        if (HasKey(reading, token))
            return true;
        var digits = TextOf(of, token);
        foreach (var piece in reading.Pieces)
            foreach (var other in piece.Facts.Tokens)
                if (other.IsValue && (SameDigits(digits, TextOf(piece, other)) || IsInWords(token, digits, TextOf(piece, other)) || IsInWords(other, TextOf(piece, other), digits)))
                    return true;
        return false;
    }

    /// <summary>"Six", where the other has "6 months".</summary>
    private static bool IsInWords(in FactToken number, ReadOnlySpan<char> text, ReadOnlySpan<char> digits)
    {
        var end = digits.IndexOfAnyExcept(Digits);
        digits = end < 0 ? digits : digits[..end];
        return number.Kind == FactTokenKind.Number && text.IndexOfAny(Digits) < 0 && !digits.IsEmpty
            && TextFacts.Extract(digits.ToString()).Tokens is [var bare] && bare.Key == number.Key;
    }

    private static bool HasWord(AnswerReading reading, AnswerPiece of, in FactToken token)
    {
        var word = TextOf(of, token);
        foreach (var piece in reading.Pieces)
            foreach (var other in piece.Facts.Tokens)
                if (other.IsContent && (other.Key == token.Key || SameStem(word, TextOf(piece, other))))
                    return true;
        return false;
    }

    private static bool SameStem(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var common = 0;
        while (common < a.Length && common < b.Length && char.ToLowerInvariant(a[common]) == char.ToLowerInvariant(b[common]))
            common++;
        return common >= LeastStem && common >= LeastShareOfStem * Math.Max(a.Length, b.Length);
    }

    private static bool SameDigits(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int i = 0, j = 0, digits = 0;
        while (true)
        {
            while (i < a.Length && !char.IsAsciiDigit(a[i]))
                i++;
            while (j < b.Length && !char.IsAsciiDigit(b[j]))
                j++;
            if (i == a.Length || j == b.Length)
                return digits > 0 && i == a.Length && j == b.Length;
            if (a[i++] != b[j++])
                return false;
            digits++;
        }
    }

    private static ReadOnlySpan<char> TextOf(AnswerPiece piece, in FactToken token) => piece.Text.AsSpan(token.Start, token.Length);
}
