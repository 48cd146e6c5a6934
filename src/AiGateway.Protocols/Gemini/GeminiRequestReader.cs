using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads the body of generateContent and streamGenerateContent (https://ai.google.dev/api/generate-content#request-body).</summary>
internal static class GeminiRequestReader
{
    public static ChatRequest Read(JsonElement body)
    {
        var request = new ChatRequest { Source = Dialect.Gemini };
        JsonElement contents = default;
        JsonElement instruction = default;
        JsonMembers? rest = null;
        foreach (var member in body.EnumerateObject())
        {
            var name = GeminiNames.Of(member);
            switch (name)
            {
                case "contents":
                    contents = member.Value;
                    break;
                case "systemInstruction":
                    instruction = member.Value;
                    break;
                case "tools":
                    GeminiToolsReader.ReadTools(member.Value, request);
                    break;
                case "toolConfig" when member.Value.ValueKind == JsonValueKind.Object:
                    GeminiToolsReader.ReadConfig(member.Value, request, ref rest);
                    break;
                case "generationConfig" when member.Value.ValueKind == JsonValueKind.Object:
                    GeminiConfigReader.Read(member.Value, request, ref rest);
                    break;
                case "model" when member.Value.ValueKind == JsonValueKind.String:
                    request.Model = ModelName(member.Value.GetString()!);
                    break;
                case "serviceTier" when member.Value.ValueKind == JsonValueKind.String:
                    request.ServiceTier = GeminiUsage.TierOf(member.Value.GetString()!);
                    break;
                default:
                    JsonMembers.Add(ref rest, member.Name, member.Value);
                    break;
            }
        }
        ReadInstruction(instruction, request);
        var ids = new GeminiCallIds("q");
        foreach (var content in GeminiJson.Items(contents, "contents"))
            request.Messages.Add(ReadContent(content, ids));
        request.Extensions = rest;
        return request;
    }

    /// <summary>The name without the collection it stands in (<c>models/</c>, <c>publishers/google/models/</c>).</summary>
    public static string ModelName(string name) => name[(name.LastIndexOf("models/", StringComparison.Ordinal) is >= 0 and var at ? at + "models/".Length : 0)..];

    private static void ReadInstruction(JsonElement instruction, ChatRequest request)
    {
        if (instruction.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return;
        var message = new ChatMessage { Role = ChatRole.System };
        if (instruction.ValueKind == JsonValueKind.String)
        {
            message.Parts.Add(new TextPart(instruction.GetString()!));
        }
        else
        {
            var ids = new GeminiCallIds("s");
            foreach (var member in GeminiJson.Object(instruction, "systemInstruction").EnumerateObject())
            {
                // Its role means nothing: callers write user, system or none.
                if (GeminiNames.Of(member) is not "parts")
                    continue;
                foreach (var part in GeminiJson.Items(member.Value, "systemInstruction.parts"))
                    message.Parts.Add(GeminiPartReader.Read(part, ids));
            }
        }
        request.Messages.Add(message);
    }

    private static ChatMessage ReadContent(JsonElement content, GeminiCallIds ids)
    {
        var role = ChatRole.User;
        JsonElement parts = default;
        JsonMembers? rest = null;
        foreach (var member in GeminiJson.Object(content, "contents[]").EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "role":
                    role = JsonBody.TextOrNull(member.Value) switch
                    {
                        null or "" or "user" => ChatRole.User,
                        "model" => ChatRole.Assistant,
                        "function" or "tool" => ChatRole.Tool,
                        "system" => ChatRole.System,
                        _ => throw new ChatFormatException("A content's role must be 'user' or 'model'.", "contents[].role"),
                    };
                    break;
                case "parts":
                    parts = member.Value;
                    break;
                default:
                    JsonMembers.Add(ref rest, member.Name, member.Value);
                    break;
            }
        }
        var message = new ChatMessage { Role = role, Extensions = rest };
        foreach (var part in GeminiJson.Items(parts, "contents[].parts"))
            message.Parts.Add(GeminiPartReader.Read(part, ids));
        GeminiSeal.Unseal(message.Parts);
        return message;
    }
}
