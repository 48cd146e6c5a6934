namespace AiGateway.Pipeline;

/// <summary>Words of <see cref="OwnPurpose"/>.</summary>
internal static class OwnPurposes
{
    /// <summary>The word in records.</summary>
    public static string WordOf(OwnPurpose purpose) => purpose switch
    {
        OwnPurpose.Embedding => "embedding",
        OwnPurpose.CacheCheck => "cache_check",
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "A purpose without a word."),
    };
}
