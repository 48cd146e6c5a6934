using System.Globalization;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Batches;

/// <summary>How much a batch asks for: sums over its requests, by which its cost can be bounded before it is made.</summary>
/// <remarks>Every figure is at most <see cref="Most"/>, so that what is computed from them fits.</remarks>
/// <param name="Requests">Its requests.</param>
/// <param name="Bytes">Bytes of their bodies, and for an image that is only named no less than its estimate: no input has more tokens.</param>
/// <param name="Tokens">Tokens of their text, estimated in OpenAI's vocabulary.</param>
/// <param name="LongestInput">The most tokens that the input of one of them can have: prices depend on the length of a prompt.</param>
/// <param name="Answers">Answers in text that they ask for (<c>n</c>).</param>
/// <param name="Unbounded">Those among them whose length the request does not bound.</param>
/// <param name="Output">The most tokens that all others have together.</param>
/// <param name="Kinds">What is in them beside text.</param>
public sealed record BatchVolume(long Requests, long Bytes, long Tokens, long LongestInput, long Answers, long Unbounded, long Output, BatchKinds Kinds)
{
    /// <summary>The largest figure there is; what is more counts as so much.</summary>
    public const long Most = 1_000_000_000_000_000;

    private const int Figures = 8;

    /// <summary>Input tokens, estimated, as <see cref="RequestFacts.EstimateInputTokens"/> does for one request.</summary>
    /// <param name="model">The model's own name.</param>
    public long EstimateInputTokens(string model) => ModelFamily.Of(model).Input(Tokens, Requests, Kinds.HasFlag(BatchKinds.Tools));

    /// <summary>The figures in a short text, which <see cref="Parse"/> reads.</summary>
    public string Write() => string.Create(
        CultureInfo.InvariantCulture, $"{Requests},{Bytes},{Tokens},{LongestInput},{Answers},{Unbounded},{Output},{(int)Kinds}");

    /// <summary>Reads what <see cref="Write"/> wrote; null for any other text.</summary>
    public static BatchVolume? Parse(string text)
    {
        var parts = text.Split(',');
        Span<long> figures = stackalloc long[Figures];
        if (parts.Length != Figures)
            return null;
        for (var i = 0; i < Figures; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out figures[i]) || figures[i] > Most)
                return null;
        }
        return new BatchVolume(figures[0], figures[1], figures[2], figures[3], figures[4], figures[5], figures[6], (BatchKinds)(int)Math.Min(figures[7], int.MaxValue));
    }
}

/// <summary>What is in a batch's requests beside text.</summary>
[Flags]
public enum BatchKinds
{
    /// <summary>Text alone.</summary>
    None = 0,

    /// <summary>Images.</summary>
    Images = 1,

    /// <summary>Audio.</summary>
    Audio = 2,

    /// <summary>Tools, which a model's template describes at length.</summary>
    Tools = 4,
}
