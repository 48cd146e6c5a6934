using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Images;

/// <summary>A request for pictures as OpenAI's callers make it, for other providers' forms. Null means: the caller did not say.</summary>
public sealed class ImagesRequest
{
    /// <summary>Most pictures of one request: OpenAI's own bound.</summary>
    public const int MostImages = 10;

    /// <summary>What is to be seen.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>How many pictures; 1 to <see cref="MostImages"/>.</summary>
    public int Count { get; set; } = 1;

    /// <summary>Width and height in pixels; null for <c>auto</c> and where nothing is said.</summary>
    public ImageSize? Size { get; set; }

    /// <summary><c>low</c>, <c>medium</c>, <c>high</c>, <c>standard</c>, <c>hd</c>; null for <c>auto</c>.</summary>
    public string? Quality { get; set; }

    /// <summary><c>png</c>, <c>jpeg</c> or <c>webp</c>.</summary>
    public string? OutputFormat { get; set; }

    /// <summary>Percent of quality of a compressed format, 0 to 100.</summary>
    public int? Compression { get; set; }

    /// <summary><c>transparent</c> or <c>opaque</c>; null for <c>auto</c>.</summary>
    public string? Background { get; set; }

    /// <summary><c>url</c> or <c>b64_json</c>.</summary>
    public string? ResponseFormat { get; set; }

    /// <summary>The pictures to edit, in order; empty for a generation.</summary>
    public List<CallerFile> Images { get; } = [];

    /// <summary>Where the first picture may be changed.</summary>
    public CallerFile? Mask { get; set; }

    /// <summary>Whether pictures are edited.</summary>
    public bool IsEdit { get; init; }

    /// <summary>Members that no form but OpenAI's has a place for, and those that OpenAI does not know.</summary>
    public JsonMembers? Others { get; set; }
}

/// <summary>A picture's size in pixels.</summary>
public readonly record struct ImageSize(int Width, int Height)
{
    /// <summary>Width by height.</summary>
    public double Ratio => (double)Width / Height;
}
