using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Images;

/// <summary>xAI: shapes instead of sizes, and edits as JSON. Source: <c>https://docs.x.ai/docs/guides/image-generations</c>.</summary>
public sealed class XaiImages : OpenAIShapedImages
{
    private static readonly string[] Ratios = ["1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9"];

    /// <summary>The form.</summary>
    public static XaiImages Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "XAI";

    /// <inheritdoc/>
    public override int MostImages => 10;

    /// <inheritdoc/>
    public override string PathOf(ImagesRequest request) => request.IsEdit ? "images/edits" : "images/generations";

    /// <inheritdoc/>
    public override FormBody WriteRequest(ImagesRequest request, int count, Translation translation)
    {
        RefuseMask(request);
        using var form = new JsonFormWriter();
        var json = form.Json;
        WriteStart(json, request, translation);
        json.WriteNumber("n"u8, count);
        if (request.ResponseFormat is { } format)
            json.WriteString("response_format"u8, format);
        if (request.IsEdit)
        {
            json.WriteStartObject("image"u8);
            form.Address("url"u8, OneImage(request));
            json.WriteString("type"u8, "image_url"u8);
            json.WriteEndObject();
            if (request.Size is not null)
                translation.Drop("size", "edited pictures keep their shape");
        }
        else if (request.Size is { } size)
        {
            // The first models took neither shape nor size.
            if (translation.Model.StartsWith("grok-2", StringComparison.Ordinal))
                translation.Drop("size", "the model knows neither size nor shape");
            else
                json.WriteString("aspect_ratio"u8, AspectRatios.Nearest(size, Ratios, translation));
        }
        WriteEnd(json, request, translation, request.IsEdit ? "image" : request.Size is null ? "" : "aspect_ratio");
        DropOthers(request, translation, others: true);
        return form.Finish();
    }
}
