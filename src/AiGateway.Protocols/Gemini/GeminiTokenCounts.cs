using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Requests of countTokens (https://ai.google.dev/api/tokens; Vertex AI: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens).</summary>
public static class GeminiTokenCounts
{
    /// <summary>Reads a request: contents, with tools and instructions beside them (Vertex AI), or a whole <c>generateContentRequest</c> (Gemini API).</summary>
    /// <exception cref="ChatFormatException">It cannot be read.</exception>
    public static ChatRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, static root =>
        GeminiRequestReader.Read(GeminiNames.Find(root, "generateContentRequest") is { ValueKind: JsonValueKind.Object } inner ? inner : root));

    /// <summary>Writes a request.</summary>
    /// <param name="request">What is to be counted.</param>
    /// <param name="model">The model, without <c>models/</c>.</param>
    /// <param name="vertex">True for Vertex AI, which takes the members as they are; the Gemini API takes more than contents only inside <c>generateContentRequest</c>.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <param name="output">Where to.</param>
    public static void WriteRequest(ChatRequest request, string model, bool vertex, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        var members = new GeminiRequestWriter(request, translation, writer);
        if (vertex)
        {
            members.Write();
            return;
        }
        writer.WriteStartObject();
        writer.WriteStartObject("generateContentRequest");
        writer.WriteString("model", "models/" + model);
        members.WriteMembers();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
