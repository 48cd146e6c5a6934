namespace AiGateway.Protocols;

/// <summary>What the prices of only a few models depend on. Counts are never negative; null and 0 mean "not said".</summary>
public sealed record UsageDetail
{
    /// <summary>Video input tokens; part of <see cref="Usage.InputTokens"/>.</summary>
    public long VideoInputTokens { get; init; }

    /// <summary>Video output tokens; part of <see cref="Usage.OutputTokens"/>.</summary>
    public long VideoOutputTokens { get; init; }

    /// <summary>What the provider's own tools read (Gemini); part of <see cref="Usage.InputTokens"/>, but not of the prompt that a long-context threshold is compared with.</summary>
    public long ToolPromptTokens { get; init; }

    /// <summary>How much the provider searched (Perplexity): <c>low</c>, <c>medium</c>, <c>high</c>.</summary>
    public string? SearchContextSize { get; init; }

    /// <summary>Where the provider processed it, when that has a price: Anthropic's <c>inference_geo</c>, OpenAI's data residency, a Vertex region.</summary>
    public string? Region { get; init; }

    /// <summary>Width and height of images or video, <c>1024x1024</c>.</summary>
    public string? Size { get; init; }

    /// <summary>Quality of images: <c>standard</c>, <c>hd</c>, ….</summary>
    public string? Quality { get; init; }

    /// <summary>Seconds of video in the answer.</summary>
    public decimal VideoSeconds { get; init; }

    /// <summary>Pages that were read (OCR).</summary>
    public long Pages { get; init; }

    /// <summary>True when the pages were annotated too, which has a price of its own.</summary>
    public bool AreAnnotated { get; init; }

    /// <summary>File searches that the provider ran for the answer.</summary>
    public long FileSearches { get; init; }

    /// <summary>Text messages of a conversation in speech (xAI).</summary>
    public long TextMessages { get; init; }

    /// <summary>Both together; words in which they differ are not said of the sum.</summary>
    public UsageDetail Plus(UsageDetail other) => new()
    {
        VideoInputTokens = VideoInputTokens + other.VideoInputTokens,
        VideoOutputTokens = VideoOutputTokens + other.VideoOutputTokens,
        ToolPromptTokens = ToolPromptTokens + other.ToolPromptTokens,
        SearchContextSize = SearchContextSize == other.SearchContextSize ? SearchContextSize : null,
        Region = Region == other.Region ? Region : null,
        Size = Size == other.Size ? Size : null,
        Quality = Quality == other.Quality ? Quality : null,
        VideoSeconds = VideoSeconds + other.VideoSeconds,
        Pages = Pages + other.Pages,
        AreAnnotated = AreAnnotated || other.AreAnnotated,
        FileSearches = FileSearches + other.FileSearches,
        TextMessages = TextMessages + other.TextMessages,
    };
}
