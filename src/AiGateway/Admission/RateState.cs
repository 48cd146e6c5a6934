namespace AiGateway.Admission;

/// <summary>How a rate stands.</summary>
/// <param name="Amount">What it allows in its window.</param>
/// <param name="Left">What is left of it.</param>
/// <param name="Reset">Until it is whole again.</param>
internal readonly record struct RateState(long Amount, long Left, TimeSpan Reset)
{
    /// <summary>The one of which less is left; the other where one is none.</summary>
    public static RateState? Tighter(RateState? one, RateState? other) => one is { } a && other is { } b ? (b.Left < a.Left ? b : a) : one ?? other;
}
