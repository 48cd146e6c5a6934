using AiGateway.CacheQuality.Questions;

namespace AiGateway.CacheQuality.Policies;

/// <summary>A way to decide which would-be hits are served.</summary>
internal abstract class HitPolicy
{
    /// <summary>How many of the nearest cached texts it looks at.</summary>
    internal abstract int Width { get; }

    /// <summary>Whether a question that was checked and found right is put into the cache too.</summary>
    internal abstract bool KeepsConfirmed { get; }

    /// <summary>Decides one question.</summary>
    /// <param name="asked">The text.</param>
    /// <param name="near">Cached texts, nearest first, at most <see cref="Width"/>; never empty.</param>
    internal abstract PolicyDecision Decide(int asked, ReadOnlySpan<Candidate> near);

    /// <summary>Takes in what came of the check that <see cref="Decide"/> asked for last.</summary>
    internal abstract void Learn(bool wrong);
}
