namespace AiGateway.Protocols;

/// <summary>How much a provider is asked to search: a closed set, so that no text of a caller is kept.</summary>
public static class SearchContextSizes
{
    /// <summary>The size that the UTF-8 text names; null when it is none.</summary>
    public static string? Of(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("low"u8) ? "low"
        : text.SequenceEqual("medium"u8) ? "medium"
        : text.SequenceEqual("high"u8) ? "high"
        : null;
}
