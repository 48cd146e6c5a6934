using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Images;

/// <summary>Google's Imagen, by <c>predict</c>, at the Gemini API and Vertex AI. Source: <c>https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api</c>.</summary>
/// <remarks>Vertex AI's <c>imagen-3.0-capability</c> models edit; their masks are pictures in which white is to be changed.</remarks>
public sealed class ImagenImages : ImagesForm
{
    private static readonly string[] Ratios = ["1:1", "3:4", "4:3", "9:16", "16:9"];

    private readonly bool _isVertex;

    private ImagenImages(bool isVertex) => _isVertex = isVertex;

    /// <summary>The Gemini API's.</summary>
    public static ImagenImages Instance { get; } = new(isVertex: false);

    /// <summary>Vertex AI's.</summary>
    public static ImagenImages Vertex { get; } = new(isVertex: true);

    /// <inheritdoc/>
    public override string Name => "Imagen";

    /// <inheritdoc/>
    public override int MostImages => 4;

    /// <inheritdoc/>
    public override string PathOf(ImagesRequest request) => "models/{model}:predict";

    /// <inheritdoc/>
    public override FormBody WriteRequest(ImagesRequest request, int count, Translation translation)
    {
        if (!_isVertex)
            RefuseEdit(request);
        using var form = new JsonFormWriter();
        var json = form.Json;
        json.WriteStartObject();
        json.WriteStartArray("instances"u8);
        json.WriteStartObject();
        json.WriteString("prompt"u8, request.Prompt);
        if (request.IsEdit)
            WriteReferences(form, request);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("parameters"u8);
        json.WriteNumber("sampleCount"u8, count);
        if (request.IsEdit)
            json.WriteString("editMode"u8, request.Mask is null ? "EDIT_MODE_DEFAULT"u8 : "EDIT_MODE_INPAINT_INSERTION"u8);
        else if (request.Size is { } size)
            WriteSize(json, size, translation);
        WriteFormat(json, request, translation);
        json.WriteEndObject();
        json.WriteEndObject();
        if (request.IsEdit && request.Size is not null)
            translation.Drop("size", "edited pictures keep their size");
        DropOthers(request, translation, format: true);
        DropAddress(request, translation);
        return form.Finish();
    }

    private protected override void ReadAnswer(JsonElement root, ReadOnlyMemory<byte> body, ImagesAnswer answer)
    {
        string? filtered = null;
        foreach (var prediction in JsonBody.Items(JsonBody.Member(root, "predictions"u8)))
        {
            var data = JsonBody.Member(prediction, "bytesBase64Encoded"u8);
            if (data.ValueKind == JsonValueKind.Undefined)
            {
                filtered ??= JsonBody.TextOf(prediction, "raiFilteredReason"u8);
                continue;
            }
            answer.Images.Add(new GeneratedImage
            {
                Base64 = Base64Text.Of(data, body, "predictions.bytesBase64Encoded"),
                MediaType = JsonBody.TextOf(prediction, "mimeType"u8),
                RevisedPrompt = JsonBody.TextOf(prediction, "prompt"u8),
            });
        }
        // When everything was filtered, the Gemini API answers with an empty object and no word why.
        if (answer.Images.Count == 0 && (filtered is not null || !root.EnumerateObject().MoveNext()))
            answer.Decline(filtered);
    }

    private static void WriteSize(Utf8JsonWriter json, ImageSize size, Translation translation)
    {
        json.WriteString("aspectRatio"u8, AspectRatios.Nearest(size, Ratios, translation));
        if (Math.Max(size.Width, size.Height) <= 1792)
            return;
        if (translation.Model.Contains("fast", StringComparison.Ordinal) || translation.Model.Contains("imagen-3", StringComparison.Ordinal))
            translation.Approximate("size", "the model makes pictures of about 1024 by 1024");
        else
            json.WriteString("sampleImageSize"u8, "2K"u8);
    }

    private static void WriteFormat(Utf8JsonWriter json, ImagesRequest request, Translation translation)
    {
        if (request.OutputFormat is null && request.Compression is null)
            return;
        var type = request.OutputFormat ?? "jpeg";
        if (type == "webp")
        {
            translation.Drop("output_format", "the provider makes PNG and JPEG");
            type = "png";
        }
        json.WriteStartObject("outputOptions"u8);
        json.WriteString("mimeType"u8, "image/" + type);
        if (request.Compression is { } quality && type == "jpeg")
            json.WriteNumber("compressionQuality"u8, quality);
        else if (request.Compression is not null)
            translation.Drop("output_compression", "only JPEG is compressed");
        json.WriteEndObject();
    }

    private static void WriteReferences(JsonFormWriter form, ImagesRequest request)
    {
        var json = form.Json;
        var number = 0;
        json.WriteStartArray("referenceImages"u8);
        foreach (var image in request.Images)
        {
            StartReference(json, "REFERENCE_TYPE_RAW"u8, ++number);
            form.File("bytesBase64Encoded"u8, image);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        if (request.Mask is { } mask)
        {
            StartReference(json, "REFERENCE_TYPE_MASK"u8, ++number);
            WriteMask(form, "bytesBase64Encoded"u8, mask, changed: 255);
            json.WriteEndObject();
            json.WriteStartObject("maskImageConfig"u8);
            json.WriteString("maskMode"u8, "MASK_MODE_USER_PROVIDED"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void StartReference(Utf8JsonWriter json, ReadOnlySpan<byte> type, int number)
    {
        json.WriteStartObject();
        json.WriteString("referenceType"u8, type);
        json.WriteNumber("referenceId"u8, number);
        json.WriteStartObject("referenceImage"u8);
    }
}
