using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols;

/// <summary>Functions as OpenAI's chat says them and several providers' own dialects repeat it: <c>{"function":{…}}</c>.</summary>
internal static class FunctionJson
{
    /// <summary>Reads a call.</summary>
    /// <param name="call">The object.</param>
    /// <param name="withoutArguments">What a call without arguments has.</param>
    public static ToolCallPart ReadCall(JsonElement call, string withoutArguments)
    {
        var function = call.Member("function"u8);
        var arguments = function.Member("arguments"u8);
        return new ToolCallPart
        {
            Id = call.TextOf("id"u8) ?? "",
            Name = function.TextOf("name"u8) ?? "",
            Arguments = arguments.ValueKind switch
            {
                JsonValueKind.String => arguments.GetString()!,
                JsonValueKind.Undefined => withoutArguments,
                _ => arguments.GetRawText(),
            },
        };
    }

    /// <summary>Writes a tool. Another dialect's without a schema gets one that takes nothing, which all accept.</summary>
    public static void WriteTool(Utf8JsonWriter writer, ChatTool tool, bool isOwn)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "function"u8);
        writer.WriteStartObject("function"u8);
        WriteMembers(writer, tool, needsSchema: !isOwn);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes a tool's name, description and schema into the object that is open.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="needsSchema">Whether one without a schema gets one that takes nothing.</param>
    public static void WriteMembers(Utf8JsonWriter writer, ChatTool tool, bool needsSchema)
    {
        writer.WriteString("name"u8, tool.Name);
        if (tool.Description is not null)
            writer.WriteString("description"u8, tool.Description);
        if (!tool.Parameters.IsAbsent)
        {
            writer.WritePropertyName("parameters"u8);
            tool.Parameters.WriteTo(writer);
        }
        else if (needsSchema)
        {
            writer.WritePropertyName("parameters"u8);
            writer.WriteRawValue("""{"type":"object","properties":{}}"""u8, skipInputValidation: true);
        }
    }
}
