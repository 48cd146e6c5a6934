namespace AiGateway.Protocols.OpenAI;

/// <summary>What a request asks for that decides the price and stands in no usage: sizes and qualities of images, how much is searched.</summary>
public sealed record RequestTerms
{
    private const string DefaultSize = "1024x1024";
    private const string DefaultQuality = "standard";

    /// <summary>Width and height of images; <c>1024x1024</c>, OpenAI's default, where the request says nothing or <c>auto</c>. Null where no images are asked for.</summary>
    public string? Size { get; init; }

    /// <summary>Quality of images; <c>standard</c> where the request says nothing or <c>auto</c>. Null where no images are asked for.</summary>
    public string? Quality { get; init; }

    /// <summary>How much is searched: <c>low</c>, <c>medium</c>, <c>high</c>; null when the request does not say.</summary>
    public string? SearchContextSize { get; init; }

    /// <summary>The terms of a request for images.</summary>
    /// <param name="size">As asked for; null for none.</param>
    /// <param name="quality">As asked for; null for none.</param>
    public static RequestTerms ForImages(string? size, string? quality) => new()
    {
        Size = size is null or "" or "auto" ? DefaultSize : size,
        Quality = quality is null or "" or "auto" ? DefaultQuality : quality,
    };

    /// <summary>What an answer reported, and these terms where it says nothing.</summary>
    public UsageDetail AddTo(UsageDetail? reported)
    {
        reported ??= new UsageDetail();
        return reported with
        {
            Size = reported.Size ?? Size,
            Quality = reported.Quality ?? Quality,
            SearchContextSize = reported.SearchContextSize ?? SearchContextSize,
        };
    }
}
