using System.Numerics.Tensors;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Semantics.Acceptance;

/// <summary>The built-in judge: whether two answers say the same. Equal but for case, spaces and punctuation; or else of the same meaning, sentence by sentence, without a contradiction.</summary>
/// <remarks>
/// <para>1. Both are cut into sentences, entries of lists and blocks of code, and each of them is embedded.</para>
/// <para>2. What contradicts (<see cref="AnswerContradiction"/>) is not the same, however close the rest is.</para>
/// <para>3. Their likeness is the mean of two: how close the answers are as wholes, and how well the nearest sentence of the other covers each
/// sentence, on the side that is covered less. Answers that have their values and names in common may be further apart, those that each have
/// many rare words that the other lacks must be closer.</para>
/// <para>Answers of more than 16,000 characters or 96 sentences, and those in a language that the model cannot read, are the same only when they are
/// equal. How often it errs towards "yes" has to be told to the acceptance model (<see cref="JudgeError"/>). Work for the processor: about a
/// millisecond for each sentence; thread-safe.</para>
/// </remarks>
/// <param name="model">For meaning; a sentence encoder: a model that is blind to the order of words errs more often.</param>
internal sealed class AnswerJudge(EmbeddingModel model)
{
    // Chosen on pairs of answers in the tests' answers.txt.
    private const float LeastLikeness = 0.64f;
    private const float LeastLikenessOfOtherWords = 0.76f;
    private const float LeastLikenessOfCommonFacts = 0.54f;
    private const double ManyCommonFacts = 0.75;
    private const double ManyOtherWords = 0.3;

    internal bool Agree(string cached, string live)
    {
        if (AreEqual(cached, live))
            return true;
        if (AnswerReading.Of(cached, model) is not { } a || AnswerReading.Of(live, model) is not { } b || AnswerContradiction.Exists(a, b))
            return false;
        var other = Math.Min(AnswerContradiction.ShareOfOtherWords(a, b), AnswerContradiction.ShareOfOtherWords(b, a));
        var common = Math.Min(AnswerContradiction.ShareOfCommonFacts(a, b), AnswerContradiction.ShareOfCommonFacts(b, a));
        return Likeness(a, b) >= (common >= ManyCommonFacts ? LeastLikenessOfCommonFacts : other < ManyOtherWords ? LeastLikeness : LeastLikenessOfOtherWords);
    }

    private static float Likeness(AnswerReading a, AnswerReading b) => (TensorPrimitives.Dot<float>(a.Mean, b.Mean) + Math.Min(Coverage(a, b), Coverage(b, a))) / 2;

    /// <summary>How much of what one says the other says too: for each sentence its likeness to the nearest one, weighted by what it says.</summary>
    private static float Coverage(AnswerReading said, AnswerReading by)
    {
        var (sum, weight) = (0f, 0);
        foreach (var piece in said.Pieces)
        {
            if (AnswerContradiction.Nearest(piece, by, out var similarity) is null)
                continue;
            sum += similarity * piece.Weight;
            weight += piece.Weight;
        }
        return weight == 0 ? 0 : sum / weight;
    }

    /// <summary>Whether the letters and digits of both are the same, in order.</summary>
    internal static bool AreEqual(string a, string b)
    {
        var (i, j, any) = (0, 0, false);
        while (true)
        {
            while (i < a.Length && !char.IsLetterOrDigit(a[i]))
                i++;
            while (j < b.Length && !char.IsLetterOrDigit(b[j]))
                j++;
            if (i == a.Length || j == b.Length)
                // Nothing left of both; and texts without any letter or digit (signs, emoji) are the same only as they stand.
                return i == a.Length && j == b.Length && (any || a == b);
            if (char.ToLowerInvariant(a[i++]) != char.ToLowerInvariant(b[j++]))
                return false;
            any = true;
        }
    }
}
