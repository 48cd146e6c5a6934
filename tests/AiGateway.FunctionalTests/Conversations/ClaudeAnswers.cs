using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Conversations;

/// <summary>What a provider of Anthropic's dialect answers.</summary>
internal static class ClaudeAnswers
{
    /// <summary>A text.</summary>
    public static UpstreamAnswer Text(string text) => UpstreamAnswer.Json(
        $$$"""{"id":"msg_{{{Name(text)}}}","type":"message","role":"assistant","model":"claude-test","content":[{"type":"text","text":"{{{text}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":5}}""");

    /// <summary>A call of a tool, with the thought that must come back with its result.</summary>
    public static UpstreamAnswer Call(string id, string name, string arguments) => UpstreamAnswer.Json(
        $$$"""{"id":"msg_{{{id}}}","type":"message","role":"assistant","model":"claude-test","content":[{"type":"thinking","thinking":"I need the tool.","signature":"c2lnbmVk"},{"type":"tool_use","id":"{{{id}}}","name":"{{{name}}}","input":{{{arguments}}}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":5}}""");

    /// <summary>A text as a stream.</summary>
    public static UpstreamAnswer Stream(string text, bool isCut = false)
    {
        var events = new List<string>
        {
            $$$$"""{"type":"message_start","message":{"id":"msg_{{{{Name(text)}}}}","type":"message","role":"assistant","model":"claude-test","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
        };
        events.AddRange(text.Chunk(3).Select(piece => $$$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{{JsonSerializer.Serialize(new string(piece))}}}}}}"""));
        if (!isCut)
        {
            events.Add("""{"type":"content_block_stop","index":0}""");
            events.Add("""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}""");
            events.Add("""{"type":"message_stop"}""");
        }
        return UpstreamAnswer.Events(string.Concat(events.Select(data => $"event: {JsonDocument.Parse(data).RootElement.GetProperty("type").GetString()}\ndata: {data}\n\n")));
    }

    private static string Name(string text) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text));
}
