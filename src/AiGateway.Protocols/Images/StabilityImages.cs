using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Images;

/// <summary>Stability AI's models as the body of Bedrock's <c>invoke</c>: Stable Diffusion 3 and later, Stable Image. Source: <c>https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-stability-diffusion.html</c>.</summary>
/// <remarks>A call makes one picture. An edit is <c>image-to-image</c>; of a mask, white is to be changed, by the models that inpaint.</remarks>
public sealed class StabilityImages : ImagesForm
{
    // How far an edit may go from its picture, 0 to 1; the member is required and OpenAI has none for it.
    private const double Strength = 0.7;

    private static readonly string[] Ratios = ["1:1", "2:3", "3:2", "4:5", "5:4", "9:16", "16:9", "9:21", "21:9"];

    /// <summary>The form.</summary>
    public static StabilityImages Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Stability";

    /// <inheritdoc/>
    public override string PathOf(ImagesRequest request) => "model/{model}/invoke";

    /// <inheritdoc/>
    public override FormBody WriteRequest(ImagesRequest request, int count, Translation translation)
    {
        using var form = new JsonFormWriter();
        var json = form.Json;
        json.WriteStartObject();
        json.WriteString("prompt"u8, request.Prompt);
        if (request.IsEdit)
            WriteEdit(form, request, translation);
        else if (request.Size is { } size)
            json.WriteString("aspect_ratio"u8, AspectRatios.Nearest(size, Ratios, translation));
        if (request.IsEdit && request.Size is not null)
            translation.Drop("size", "edited pictures keep their shape");
        if (request.OutputFormat is { } format)
            json.WriteString("output_format"u8, format);
        json.WriteEndObject();
        if (request.Compression is not null)
            translation.Drop("output_compression", "the provider has no member for it");
        DropOthers(request, translation, format: true);
        DropAddress(request, translation);
        return form.Finish();
    }

    private protected override void ReadAnswer(JsonElement root, ReadOnlyMemory<byte> body, ImagesAnswer answer)
    {
        var reason = JsonBody.First(JsonBody.Member(root, "finish_reasons"u8));
        if (reason.ValueKind == JsonValueKind.String)
        {
            answer.Decline(reason.GetString());
            return;
        }
        foreach (var image in JsonBody.Items(JsonBody.Member(root, "images"u8)))
        {
            var base64 = Base64Text.Of(image, body, "images");
            answer.Images.Add(new GeneratedImage { Base64 = base64, MediaType = MediaTypes.PictureOf(Base64Text.HeadOf(base64.Span)) });
        }
    }

    private static void WriteEdit(JsonFormWriter form, ImagesRequest request, Translation translation)
    {
        form.File("image"u8, OneImage(request));
        if (request.Mask is { } mask)
        {
            WriteMask(form, "mask"u8, mask, changed: 255);
            return;
        }
        // The services for one kind of edit (inpaint, erase, search and replace…) know no mode.
        if (translation.Model.Contains("stable-image-inpaint", StringComparison.OrdinalIgnoreCase))
            return;
        form.Json.WriteString("mode"u8, "image-to-image"u8);
        form.Json.WriteNumber("strength"u8, Strength);
    }
}
