using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>The members of a delta that mean something, found in one pass; undefined where they are missing or null.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct DeltaMembers
{
    public DeltaMembers(JsonElement delta)
    {
        foreach (var member in delta.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null || member.NameEquals("role"u8))
                continue;
            if (member.NameEquals("content"u8))
                Content = member.Value;
            else if (member.NameEquals("tool_calls"u8))
                ToolCalls = member.Value;
            else if (member.NameEquals("reasoning_content"u8))
                ReasoningContent = member.Value;
            else if (member.NameEquals("reasoning"u8))
                Reasoning = member.Value;
            else if (member.NameEquals("reasoning_details"u8))
                ReasoningDetails = member.Value;
            else if (member.NameEquals("refusal"u8))
                Refusal = member.Value;
            else if (member.NameEquals("annotations"u8))
                Annotations = member.Value;
            else if (member.NameEquals("audio"u8))
                Audio = member.Value;
            else if (member.NameEquals("images"u8))
                Images = member.Value;
            else if (member.NameEquals("function_call"u8))
                FunctionCall = member.Value;
        }
    }

    public JsonElement Content { get; }

    public JsonElement ToolCalls { get; }

    public JsonElement ReasoningContent { get; }

    public JsonElement Reasoning { get; }

    public JsonElement ReasoningDetails { get; }

    public JsonElement Refusal { get; }

    public JsonElement Annotations { get; }

    public JsonElement Audio { get; }

    public JsonElement Images { get; }

    public JsonElement FunctionCall { get; }
}
