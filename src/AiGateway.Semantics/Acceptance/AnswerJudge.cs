using System.Numerics.Tensors;
using AiGateway.Semantics.Embedding;
using AiGateway.Semantics.Facts;

namespace AiGateway.Semantics.Acceptance;

/// <summary>The built-in judge: whether two answers say the same. Equal but for case, spaces and punctuation; or else of the same facts and of the same meaning.</summary>
/// <remarks>
/// It errs towards "no", which costs hits: answers too long to be compared, or without a vector, are not the same unless they are equal.
/// How often it errs towards "yes" has to be told to the acceptance model (<see cref="JudgeError"/>). Work for the processor, of
/// milliseconds; thread-safe.
/// </remarks>
/// <param name="model">For meaning.</param>
internal sealed class AnswerJudge(EmbeddingModel model)
{
    /// <summary>The similarity from which two answers mean the same.</summary>
    private const float LeastSimilarity = 0.85f;

    internal bool Agree(string cached, string live)
    {
        if (AreEqual(cached, live))
            return true;
        if (!FactComparison.Compare(TextFacts.Extract(cached), TextFacts.Extract(live)).Agrees)
            return false;
        var (a, b) = (new float[model.Dimensions], new float[model.Dimensions]);
        return model.TryEmbed(cached, a) == EmbeddingOutcome.Embedded
            && model.TryEmbed(live, b) == EmbeddingOutcome.Embedded
            && TensorPrimitives.Dot<float>(a, b) >= LeastSimilarity;
    }

    /// <summary>Whether the letters and digits of both are the same, in order.</summary>
    private static bool AreEqual(string a, string b)
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
