using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Writes parts of contents, of requests and of answers.</summary>
internal static class GeminiPartWriter
{
    /// <summary>Lets a model of the third generation take calls that it did not sign itself (https://ai.google.dev/gemini-api/docs/thought-signatures#faqs).</summary>
    public const string SkipSignature = "skip_thought_signature_validator";

    public static void Text(Utf8JsonWriter writer, string text, bool thought, string? signature, JsonMembers? members)
    {
        writer.WriteStartObject();
        writer.WriteString("text", text);
        if (thought)
            writer.WriteBoolean("thought", true);
        End(writer, signature, members);
    }

    public static void Call(Utf8JsonWriter writer, ToolCallPart call, string? signature, JsonMembers? members)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("functionCall");
        if (call.Id.Length > 0 && !GeminiCallIds.IsInvented(call.Id))
            writer.WriteString("id", call.Id);
        writer.WriteString("name", call.Name);
        writer.WritePropertyName("args");
        CallArguments.Write(writer, call);
        GeminiJson.WriteMembers(writer, members, "functionCall.");
        writer.WriteEndObject();
        End(writer, signature, members);
    }

    /// <param name="isOwn">True when the part comes from this dialect.</param>
    public static void Media(Utf8JsonWriter writer, MediaPart media, string? signature, bool isOwn)
    {
        writer.WriteStartObject();
        MediaMembers(writer, media, isOwn);
        End(writer, signature, isOwn ? media.Extensions : null);
    }

    public static void MediaMembers(Utf8JsonWriter writer, MediaPart media, bool isOwn)
    {
        var address = media.Url ?? media.FileId;
        var isHere = media.Base64 is not null || media.Text is not null || address is null;
        writer.WriteStartObject(isHere ? "inlineData" : "fileData");
        var type = media.MediaType ?? (media.Text is not null ? "text/plain" : GeminiMedia.TypeOf(address) ?? GeminiMedia.TypeOf(media.Name));
        if (type is null && isHere)
            type = GeminiMedia.Likely(media.Kind);
        if (type is not null)
            writer.WriteString("mimeType", type);
        if (!isHere)
            writer.WriteString("fileUri", address);
        else if (media.Base64 is not null)
            writer.WriteString("data", media.Base64);
        else
            writer.WriteBase64String("data", Encoding.UTF8.GetBytes(media.Text ?? ""));
        if (isOwn)
        {
            // Vertex AI only: the Gemini API refuses names.
            if (media.Name is not null)
                writer.WriteString("displayName", media.Name);
            GeminiJson.WriteMembers(writer, media.Extensions, isHere ? "inlineData." : "fileData.");
        }
        writer.WriteEndObject();
    }

    public static void End(Utf8JsonWriter writer, string? signature, JsonMembers? members)
    {
        if (signature is not null)
            writer.WriteString("thoughtSignature", signature);
        GeminiJson.WriteMembers(writer, members, "");
        writer.WriteEndObject();
    }
}
