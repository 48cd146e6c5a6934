using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Reads whole answers.</summary>
internal static class ConverseResponseReader
{
    public static ChatResponse Read(JsonElement root)
    {
        if (!root.TryGetProperty("output", out var output) || output.ValueKind != JsonValueKind.Object
            || !output.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.Object)
        {
            throw new ChatFormatException("The answer has no message.", "output.message");
        }
        var response = new ChatResponse { Source = Dialect.Converse };
        var candidate = new ChatCandidate();
        response.Candidates.Add(candidate);
        if (message.TryGetProperty("content", out var content) && content.ValueKind != JsonValueKind.Null)
            ConverseBlockReader.Read(content, candidate.Parts, fromAssistant: true, "output.message");

        candidate.NativeFinish = ConverseJson.String(root, "stopReason", "");
        candidate.Finish = ConverseFinish.Read(candidate.NativeFinish);
        TakeStructuredAnswer(candidate);

        // gpt-oss opens with an empty text block, which other dialects' next turns would be refused for.
        if (candidate.Parts.Count > 1)
            candidate.Parts.RemoveAll(static part => part is TextPart { Text.Length: 0, Citations: null, Extensions: null, CacheMark: null });

        JsonMembers? extensions = null;
        JsonMembers? own = null;
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "output" or "stopReason":
                    break;
                case "serviceTier" when member.Value.ValueKind == JsonValueKind.Object:
                    response.ServiceTier = ConverseJson.String(member.Value, "type", "serviceTier");
                    break;
                case "usage":
                    response.Usage = ConverseUsage.Read(member.Value);
                    response.NativeUsage = JsonValue.Of(member.Value);
                    break;
                case "metrics" or "performanceConfig":
                    JsonMembers.Add(ref own, member.Name, member.Value);
                    break;
                default:
                    if (member.Name == "additionalModelResponseFields")
                        candidate.StopSequence = StopSequenceOf(member.Value);
                    if (member.Value.ValueKind != JsonValueKind.Null)
                        JsonMembers.Add(ref extensions, member.Name, member.Value);
                    break;
            }
        }
        response.Extensions = extensions;
        response.Own = own;
        return response;
    }

    /// <summary>Claude's <c>stop_sequence</c>, where the request asked for it by <c>additionalModelResponseFieldPaths</c>.</summary>
    public static string? StopSequenceOf(JsonElement fields) =>
        fields.ValueKind == JsonValueKind.Object && fields.TryGetProperty("stop_sequence", out var stop) && stop.ValueKind == JsonValueKind.String ? stop.GetString() : null;

    private static void TakeStructuredAnswer(ChatCandidate candidate)
    {
        var answer = candidate.Parts.FindIndex(static part => part is ToolCallPart { Name: StructuredAnswer.ToolName });
        if (answer < 0)
            return;
        candidate.Parts[answer] = new TextPart(((ToolCallPart)candidate.Parts[answer]).Arguments);

        // Words around the answer would make it no JSON.
        var whole = candidate.Parts[answer];
        candidate.Parts.RemoveAll(part => part is TextPart or ToolCallPart { Name: StructuredAnswer.ToolName } && part != whole);
        if (candidate.Finish == FinishReason.ToolCalls && !candidate.Parts.Exists(static part => part is ToolCallPart))
        {
            candidate.Finish = FinishReason.Stop;
            candidate.NativeFinish = "end_turn";
        }
    }
}
