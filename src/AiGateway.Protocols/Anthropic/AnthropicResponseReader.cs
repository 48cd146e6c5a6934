using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Reads a whole answer.</summary>
internal static class AnthropicResponseReader
{
    public static ChatResponse Read(JsonElement root)
    {
        if (root.Member("type"u8).TextOrNull() == "error" || root.Member("error"u8).ValueKind == JsonValueKind.Object)
            throw new ChatFormatException(ProviderError.Parse(0, System.Text.Encoding.UTF8.GetBytes(root.GetRawText())).Message, "error");
        var content = root.Member("content"u8);
        var candidate = new ChatCandidate
        {
            NativeFinish = root.Member("stop_reason"u8).Text("stop_reason"),
            StopSequence = root.Member("stop_sequence"u8).TextOrNull(),
        };
        candidate.Finish = AnthropicFinish.Of(candidate.NativeFinish);
        if (!content.IsAbsent())
        {
            content.MustBe(JsonValueKind.Array, "content");
            AnthropicBlockReader.ReadAll(content, candidate.Parts, "content");
        }
        else if (candidate.NativeFinish is null)
        {
            throw new ChatFormatException("Is missing.", "content");
        }
        TakeAnswer(candidate);
        var response = new ChatResponse
        {
            Source = Dialect.Anthropic,
            Id = root.Member("id"u8).TextOrNull() ?? "",
            Model = root.Member("model"u8).TextOrNull() ?? "",
            Candidates = { candidate },
        };
        ReadUsage(root.Member("usage"u8), response);
        JsonMembers? extensions = null;
        JsonMembers? own = null;
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is not ("id" or "type" or "role" or "model" or "content" or "stop_reason" or "stop_sequence" or "usage"))
                JsonMembers.Add(ref (member.Value.IsAbsent() ? ref own : ref extensions), member.Name, member.Value);
        }
        response.Own = own;
        response.Extensions = extensions;
        return response;
    }

    private static void ReadUsage(JsonElement element, ChatResponse response)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return;
        var usage = new AnthropicUsage();
        usage.Take(element);
        response.Usage = usage.ToUsage();
        response.ServiceTier = usage.ServiceTier;
        response.NativeUsage = JsonValue.Of(element);
    }

    /// <summary>A call of <see cref="AnthropicCodec.AnswerTool"/> is the answer's text.</summary>
    private static void TakeAnswer(ChatCandidate candidate)
    {
        var answered = false;
        var calls = false;
        for (var i = 0; i < candidate.Parts.Count; i++)
        {
            if (candidate.Parts[i] is not ToolCallPart call)
                continue;
            if (call.Name != AnthropicCodec.AnswerTool)
            {
                calls = true;
                continue;
            }
            candidate.Parts[i] = new TextPart(call.Arguments);
            answered = true;
        }
        if (answered && !calls && candidate.Finish == FinishReason.ToolCalls)
        {
            candidate.Finish = FinishReason.Stop;
            candidate.NativeFinish = "end_turn";
        }
    }
}
