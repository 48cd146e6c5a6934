using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Images;

/// <summary>Together AI: width and height apart, <c>base64</c> for <c>b64_json</c>. Source: <c>https://docs.together.ai/reference/post-images-generations</c>.</summary>
public sealed class TogetherImages : OpenAIShapedImages
{
    /// <summary>The form.</summary>
    public static TogetherImages Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Together";

    /// <inheritdoc/>
    public override int MostImages => 4;

    /// <inheritdoc/>
    public override string PathOf(ImagesRequest request) => "images/generations";

    /// <inheritdoc/>
    public override FormBody WriteRequest(ImagesRequest request, int count, Translation translation)
    {
        RefuseMask(request);
        using var form = new JsonFormWriter();
        var json = form.Json;
        WriteStart(json, request, translation);
        json.WriteNumber("n"u8, count);
        if (request.Size is { } size)
        {
            json.WriteNumber("width"u8, size.Width);
            json.WriteNumber("height"u8, size.Height);
        }
        if (request.ResponseFormat is { } format)
            json.WriteString("response_format"u8, format == "url" ? "url"u8 : "base64"u8);
        if (request.OutputFormat == "webp")
            translation.Drop("output_format", "the provider makes PNG and JPEG");
        else if (request.OutputFormat is { } type)
            json.WriteString("output_format"u8, type);
        if (request.Compression is not null)
            translation.Drop("output_compression", "the provider has no member for it");
        if (request.IsEdit)
            form.Address("image_url"u8, OneImage(request));
        WriteEnd(json, request, translation, request.Size is null ? "" : "width", request.Size is null ? "" : "height", request.IsEdit ? "image_url" : "");
        DropOthers(request, translation, format: true, others: true);
        return form.Finish();
    }
}
