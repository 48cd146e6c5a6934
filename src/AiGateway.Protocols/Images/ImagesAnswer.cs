using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Images;

/// <summary>Pictures that were made, and their form at OpenAI's callers.</summary>
public sealed class ImagesAnswer
{
    /// <summary>The pictures.</summary>
    public List<GeneratedImage> Images { get; } = [];

    /// <summary>What was consumed; null when the provider does not say. Its count of pictures is set by whoever adds answers up.</summary>
    public Usage? Usage { get; set; }

    /// <summary>The model as the provider names it; null when it does not.</summary>
    public string? Model { get; set; }

    /// <summary>Why there are no pictures, where the provider declined or answered in words; null otherwise.</summary>
    public ProviderError? Refusal { get; set; }

    /// <summary>The provider would not make the picture.</summary>
    /// <param name="why">Its words or its code.</param>
    public void Decline(string? why) => Refusal ??= new ProviderError(
        "The provider declined to make this picture" + (why is { Length: > 0 } ? ": " + why : "."), "invalid_request_error", "moderation_blocked", null, ProviderErrorKind.ContentPolicy);

    /// <summary>Writes OpenAI's <c>{"created", "data": […], "usage"}</c>.</summary>
    /// <param name="created">Seconds since 1970.</param>
    /// <param name="usage">What the answer says was consumed; null to say nothing.</param>
    /// <param name="output">Where to.</param>
    public void Write(long created, Usage? usage, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("created"u8, created);
        writer.WriteStartArray("data"u8);
        foreach (var image in Images)
        {
            writer.WriteStartObject();
            if (image.Url is { } url)
                writer.WriteString("url"u8, url);
            else
                writer.WriteString("b64_json"u8, image.Base64.Span);
            if (image.RevisedPrompt is { } prompt)
                writer.WriteString("revised_prompt"u8, prompt);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (Images.Count > 0 && MediaTypes.FormatOf(Images[0].MediaType) is { } format)
            writer.WriteString("output_format"u8, format);
        if (usage is { InputTokens: > 0 } or { OutputTokens: > 0 })
            WriteUsage(writer, usage);
        writer.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter writer, Usage usage)
    {
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("total_tokens"u8, usage.InputTokens + usage.OutputTokens);
        writer.WriteNumber("input_tokens"u8, usage.InputTokens);
        writer.WriteNumber("output_tokens"u8, usage.OutputTokens);
        writer.WriteStartObject("input_tokens_details"u8);
        writer.WriteNumber("text_tokens"u8, Math.Max(0, usage.InputTokens - usage.ImageInputTokens));
        writer.WriteNumber("image_tokens"u8, usage.ImageInputTokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

/// <summary>A picture. Either <see cref="Url"/> or <see cref="Base64"/> is set.</summary>
public sealed record GeneratedImage
{
    /// <summary>The picture in base64, in the answer it came in.</summary>
    public ReadOnlyMemory<byte> Base64 { get; init; }

    /// <summary>Where the provider keeps it.</summary>
    public string? Url { get; init; }

    /// <summary>Its type, such as <c>image/png</c>; null when the provider does not say.</summary>
    public string? MediaType { get; init; }

    /// <summary>The prompt as the provider changed it.</summary>
    public string? RevisedPrompt { get; init; }
}
