using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Images;

/// <summary>Amazon's Titan Image Generator and Nova Canvas as the body of Bedrock's <c>invoke</c>. Sources: <c>https://docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html</c>, <c>https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-image.html</c>.</summary>
/// <remarks>Pictures without a mask are edited as variations; black parts of a mask are to be changed, which is neither OpenAI's meaning nor Google's.</remarks>
public sealed class AmazonImages : ImagesForm
{
    /// <summary>The form.</summary>
    public static AmazonImages Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Amazon";

    /// <inheritdoc/>
    public override int MostImages => 5;

    /// <inheritdoc/>
    public override string PathOf(ImagesRequest request) => "model/{model}/invoke";

    /// <inheritdoc/>
    public override FormBody WriteRequest(ImagesRequest request, int count, Translation translation)
    {
        using var form = new JsonFormWriter();
        var json = form.Json;
        json.WriteStartObject();
        WriteTask(form, request);
        json.WriteStartObject("imageGenerationConfig"u8);
        json.WriteNumber("numberOfImages"u8, count);
        if (request.Mask is not null && request.Size is not null)
        {
            translation.Drop("size", "pictures with a mask keep their size");
        }
        else if (request.Size is { } size)
        {
            json.WriteNumber("width"u8, size.Width);
            json.WriteNumber("height"u8, size.Height);
        }
        if (request.Quality is { } quality)
        {
            json.WriteString("quality"u8, quality is "high" or "hd" or "premium" ? "premium"u8 : "standard"u8);
            if (quality is "low" or "medium")
                translation.Approximate("quality", "the provider knows standard and premium");
        }
        json.WriteEndObject();
        json.WriteEndObject();
        DropOthers(request, translation, quality: true);
        DropAddress(request, translation);
        return form.Finish();
    }

    private protected override void ReadAnswer(JsonElement root, ReadOnlyMemory<byte> body, ImagesAnswer answer)
    {
        foreach (var image in JsonBody.Items(JsonBody.Member(root, "images"u8)))
            answer.Images.Add(new GeneratedImage { Base64 = Base64Text.Of(image, body, "images"), MediaType = "image/png" });
        // Told beside the pictures that are left, when some were held back.
        if (answer.Images.Count == 0 && JsonBody.TextOf(root, "error"u8) is { } error)
            answer.Decline(error);
    }

    private static void WriteTask(JsonFormWriter form, ImagesRequest request)
    {
        var json = form.Json;
        if (!request.IsEdit)
        {
            json.WriteString("taskType"u8, "TEXT_IMAGE"u8);
            json.WriteStartObject("textToImageParams"u8);
        }
        else if (request.Mask is { } mask)
        {
            json.WriteString("taskType"u8, "INPAINTING"u8);
            json.WriteStartObject("inPaintingParams"u8);
            form.File("image"u8, OneImage(request));
            WriteMask(form, "maskImage"u8, mask, changed: 0);
        }
        else
        {
            json.WriteString("taskType"u8, "IMAGE_VARIATION"u8);
            json.WriteStartObject("imageVariationParams"u8);
            json.WriteStartArray("images"u8);
            foreach (var image in request.Images)
                form.File(image);
            json.WriteEndArray();
        }
        json.WriteString("text"u8, request.Prompt);
        json.WriteEndObject();
    }
}
