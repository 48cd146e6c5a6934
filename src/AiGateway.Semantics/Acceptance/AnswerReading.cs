using System.Numerics.Tensors;
using AiGateway.Semantics.Embedding;
using AiGateway.Semantics.Facts;

namespace AiGateway.Semantics.Acceptance;

/// <summary>An answer, cut into pieces that can be compared with another's.</summary>
/// <param name="Pieces">The pieces, one at least.</param>
/// <param name="Mean">What it is about as a whole: the weighted mean of the pieces' vectors, of unit length.</param>
/// <param name="SaysYes">Whether it begins with "yes" (true) or "no" (false); null where it begins with neither. The word itself is in no piece.</param>
internal sealed record AnswerReading(AnswerPiece[] Pieces, float[] Mean, bool? SaysYes)
{
    // Some 2,500 words. Beyond, comparing would take a good part of a second.
    private const int MostChars = 16_000;
    private const int MostPieces = 96;

    // A vector that stands for less than this share of what is said stands for nothing.
    private const double LeastShareWithVector = 0.6;

    /// <summary>Reads an answer. Work for the processor: a millisecond or so for each sentence.</summary>
    /// <returns>Null where it is too long, or the model can make nothing of it.</returns>
    public static AnswerReading? Of(string answer, EmbeddingModel model)
    {
        if (answer.Length > MostChars)
            return null;
        var saysYes = ReadYes(ref answer);
        if (AnswerSplitter.Split(answer, MostPieces) is not { Count: > 0 } texts)
            return null;
        var pieces = new AnswerPiece[texts.Count];
        var mean = new float[model.Dimensions];
        var (all, told) = (0, 0);
        for (var i = 0; i < pieces.Length; i++)
        {
            var vector = new float[model.Dimensions];
            var isTold = model.TryEmbed(texts[i], vector) == EmbeddingOutcome.Embedded;
            var piece = pieces[i] = new AnswerPiece(texts[i], TextFacts.Extract(texts[i]), isTold ? vector : []);
            if (piece.Facts.IsTooLong)
                return null;
            all += piece.Weight;
            if (!isTold)
                continue;
            told += piece.Weight;
            TensorPrimitives.MultiplyAdd(vector, piece.Weight, mean, mean);
        }
        return told >= all * LeastShareWithVector && UnitVector.TryNormalize(mean) ? new AnswerReading(pieces, mean, saysYes) : null;
    }

    private static bool? ReadYes(ref string answer)
    {
        var text = answer.AsSpan().TrimStart().TrimStart('*');
        var yes = text.StartsWith("yes", StringComparison.OrdinalIgnoreCase);
        var length = yes ? 3 : 2;
        if (!yes && !text.StartsWith("no", StringComparison.OrdinalIgnoreCase) || text.Length <= length || text[length] is not (',' or '.' or '!' or '*' or ':'))
            return null;
        // What follows must say it again by itself; answers of the one word are equal or are not.
        var rest = text[length..].TrimStart(" ,.!*:");
        answer = rest.ToString();
        return yes;
    }
}
