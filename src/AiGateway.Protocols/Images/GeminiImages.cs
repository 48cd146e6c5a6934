using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Images;

/// <summary>Gemini's models that make pictures, by <c>generateContent</c>. Source: <c>https://ai.google.dev/gemini-api/docs/image-generation</c>.</summary>
/// <remarks>A call makes one picture: <c>candidateCount</c> is refused for pictures. Formats of files are Vertex AI's alone.</remarks>
public sealed class GeminiImages : ImagesForm
{
    private const int LongestWords = 300;

    private static readonly string[] Ratios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];

    private readonly bool _isVertex;

    private GeminiImages(bool isVertex) => _isVertex = isVertex;

    /// <summary>The Gemini API's.</summary>
    public static GeminiImages Instance { get; } = new(isVertex: false);

    /// <summary>Vertex AI's.</summary>
    public static GeminiImages Vertex { get; } = new(isVertex: true);

    /// <inheritdoc/>
    public override string Name => "Gemini";

    /// <inheritdoc/>
    public override string PathOf(ImagesRequest request) => "models/{model}:generateContent";

    /// <inheritdoc/>
    public override FormBody WriteRequest(ImagesRequest request, int count, Translation translation)
    {
        RefuseMask(request);
        using var form = new JsonFormWriter();
        var json = form.Json;
        json.WriteStartObject();
        json.WriteStartArray("contents"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("parts"u8);
        foreach (var image in request.Images)
        {
            json.WriteStartObject();
            json.WriteStartObject("inlineData"u8);
            json.WriteString("mimeType"u8, MediaTypes.PictureOf(image.Head.Span));
            form.File("data"u8, image);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteStartObject();
        json.WriteString("text"u8, request.Prompt);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("generationConfig"u8);
        json.WriteStartArray("responseModalities"u8);
        json.WriteStringValue("TEXT"u8);
        json.WriteStringValue("IMAGE"u8);
        json.WriteEndArray();
        WriteConfig(json, request, translation);
        json.WriteEndObject();
        json.WriteEndObject();
        DropOthers(request, translation, format: _isVertex);
        DropAddress(request, translation);
        return form.Finish();
    }

    private protected override void ReadAnswer(JsonElement root, ReadOnlyMemory<byte> body, ImagesAnswer answer)
    {
        answer.Usage = GeminiUsage.Read(JsonBody.Member(root, "usageMetadata"u8), out _, null);
        answer.Model = JsonBody.TextOf(root, "modelVersion"u8);
        if (JsonBody.TextOf(JsonBody.Member(root, "promptFeedback"u8), "blockReason"u8) is { } blocked)
        {
            answer.Decline(blocked);
            return;
        }
        var candidate = JsonBody.First(JsonBody.Member(root, "candidates"u8));
        string? words = null;
        foreach (var part in JsonBody.Items(JsonBody.Member(JsonBody.Member(candidate, "content"u8), "parts"u8)))
        {
            // Models that think draw drafts on the way.
            if (JsonBody.BoolOf(part, "thought"u8) == true)
                continue;
            var data = JsonBody.Member(part, "inlineData"u8);
            if (JsonBody.TextOf(data, "mimeType"u8) is { } type && type.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
                answer.Images.Add(new GeneratedImage { Base64 = Base64Text.Of(JsonBody.Member(data, "data"u8), body, "inlineData.data"), MediaType = type });
            else
                words ??= JsonBody.TextOf(part, "text"u8);
        }
        if (answer.Images.Count > 0 || candidate.ValueKind != JsonValueKind.Object)
            return;
        var finish = JsonBody.TextOf(candidate, "finishReason"u8);
        if (finish is not (null or "STOP" or "MAX_TOKENS" or "OTHER" or "NO_IMAGE" or "IMAGE_OTHER"))
            answer.Decline(JsonBody.TextOf(candidate, "finishMessage"u8) ?? finish);
        else
            answer.Refusal = new ProviderError("The model made no picture" + (words is { Length: > 0 } ? " and said: " + words[..Math.Min(words.Length, LongestWords)] : "."), "no_image", finish, null, ProviderErrorKind.Other);
    }

    private void WriteConfig(Utf8JsonWriter json, ImagesRequest request, Translation translation)
    {
        var size = request.Size is { } pixels && Math.Max(pixels.Width, pixels.Height) is var side && side > 1536 ? side > 2816 ? "4K" : "2K" : null;
        if (size is not null && translation.Model.Contains("2.5", StringComparison.Ordinal))
        {
            translation.Approximate("size", "the model makes pictures of about 1024 by 1024");
            size = null;
        }
        var hasFormat = _isVertex && (request.OutputFormat is not null || request.Compression is not null);
        if (request.Size is null && !hasFormat)
            return;
        json.WriteStartObject("imageConfig"u8);
        if (request.Size is { } shape)
            json.WriteString("aspectRatio"u8, AspectRatios.Nearest(shape, Ratios, translation));
        if (size is not null)
            json.WriteString("imageSize"u8, size);
        if (hasFormat)
        {
            json.WriteStartObject("imageOutputOptions"u8);
            json.WriteString("mimeType"u8, "image/" + (request.OutputFormat ?? "jpeg"));
            if (request.Compression is { } quality)
                json.WriteNumber("compressionQuality"u8, quality);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
