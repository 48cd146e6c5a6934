using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Ollama;

/// <summary>Reads and writes whole answers.</summary>
internal static class OllamaResponses
{
    public static ChatResponse Read(JsonElement root)
    {
        var message = JsonBody.Member(root, "message"u8);
        if (message.ValueKind != JsonValueKind.Object)
            throw new ChatFormatException("The answer has no 'message'.", "message");
        var candidate = new ChatCandidate { NativeFinish = JsonBody.TextOf(root, "done_reason"u8) };
        OllamaWords.ReadAssistant(message, candidate.Parts);
        candidate.Finish = OllamaWords.FinishOf(candidate.NativeFinish, candidate.Parts.Exists(static part => part is ToolCallPart));
        var logprobs = JsonBody.Member(root, "logprobs"u8);
        if (logprobs.ValueKind == JsonValueKind.Array)
        {
            candidate.Logprobs = [];
            foreach (var item in JsonBody.Items(logprobs))
            {
                if (OllamaWords.ReadLogprob(item) is { } logprob)
                    candidate.Logprobs.Add(logprob);
            }
        }
        JsonMembers? own = null;
        foreach (var member in message.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && member.Name is not ("role" or "content" or "thinking" or "tool_calls" or "images"))
                JsonMembers.Add(ref own, member.Name, member.Value);
        }
        candidate.Extensions = own;
        // The time of creation is kept for Ollama's clients: ours has no parts of seconds.
        JsonMembers? extensions = null;
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null
                && member.Name is not ("model" or "message" or "done" or "done_reason" or "prompt_eval_count" or "eval_count" or "logprobs"))
            {
                JsonMembers.Add(ref extensions, member.Name, member.Value);
            }
        }
        var response = new ChatResponse
        {
            Source = Dialect.Ollama,
            Model = JsonBody.TextOf(root, "model"u8) ?? "",
            Created = OllamaWords.CreatedOf(root),
            Usage = OllamaWords.ReadUsage(root),
            Extensions = extensions,
        };
        response.Candidates.Add(candidate);
        return response;
    }

    public static void Write(ChatResponse response, ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        var isOwn = response.Source == Dialect.Ollama;
        var candidate = response.Candidates.Count > 0 ? response.Candidates[0] : new ChatCandidate();
        for (var i = 1; i < response.Candidates.Count; i++)
            translation.Drop($"choices[{i}]", "one answer a call");
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("model"u8, response.Model.Length > 0 ? response.Model : request.Model);
        if (!isOwn || response.Extensions is null || response.Extensions.Find("created_at").IsAbsent)
            writer.WriteString("created_at"u8, OllamaWords.CreatedText(response.Created));
        WriteMessage(writer, candidate, isOwn, translation);
        var word = isOwn ? candidate.NativeFinish : OllamaWords.WordOf(candidate.Finish);
        if (word is not null)
            writer.WriteString("done_reason"u8, word);
        if (!isOwn && candidate.Finish is not (FinishReason.Stop or FinishReason.StopSequence or FinishReason.ToolCalls or FinishReason.Length or FinishReason.Unknown))
            translation.Approximate("finish_reason", "stop or length");
        writer.WriteBoolean("done"u8, true);
        OllamaWords.WriteUsage(writer, response.Usage);
        if (candidate.Logprobs is { } logprobs)
            OllamaWords.WriteLogprobs(writer, "logprobs"u8, logprobs);
        if (isOwn)
            response.Extensions?.WriteTo(writer);
        else
            translation.DropAll(response.Extensions);
        writer.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter writer, ChatCandidate candidate, bool isOwn, Translation translation)
    {
        var text = "";
        var thoughts = "";
        var images = new List<string>();
        for (var i = 0; i < candidate.Parts.Count; i++)
        {
            switch (candidate.Parts[i])
            {
                case TextPart said:
                    text += said.Text;
                    if (said.Citations is not null)
                        translation.Drop($"choices[0].message.content[{i}].citations", "not known to Ollama");
                    break;
                case RefusalPart refusal:
                    text += refusal.Text;
                    break;
                case ThinkingPart thinking:
                    thoughts += thinking.Text;
                    break;
                case MediaPart { Kind: MediaKind.Image, Base64: { } base64 }:
                    images.Add(base64);
                    break;
                case MediaPart { Transcript: { } transcript }:
                    text += transcript;
                    break;
                case ToolCallPart:
                    break;
                default:
                    translation.Drop($"choices[0].message.content[{i}]", "not known to Ollama");
                    break;
            }
        }
        writer.WriteStartObject("message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("content"u8, text);
        if (thoughts.Length > 0)
            writer.WriteString("thinking"u8, thoughts);
        if (images.Count > 0)
        {
            writer.WriteStartArray("images"u8);
            foreach (var image in images)
                writer.WriteStringValue(image);
            writer.WriteEndArray();
        }
        WriteCalls(writer, candidate, isOwn, translation);
        if (isOwn)
            candidate.Extensions?.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter writer, ChatCandidate candidate, bool isOwn, Translation translation)
    {
        var number = 0;
        foreach (var part in candidate.Parts)
        {
            if (part is not ToolCallPart call)
                continue;
            if (number == 0)
                writer.WriteStartArray("tool_calls"u8);
            if (!OllamaWords.WriteCall(writer, call.Id, call.Name, call.Arguments, isOwn ? null : number))
                translation.Approximate("choices[0].message.tool_calls.arguments", "no JSON object: put into one");
            number++;
        }
        if (number > 0)
            writer.WriteEndArray();
    }
}
