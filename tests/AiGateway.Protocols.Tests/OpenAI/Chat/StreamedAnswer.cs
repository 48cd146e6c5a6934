using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>What a streamed answer says, read off the events without any of the product's code, or off what the product gathered.</summary>
internal sealed record StreamedAnswer(string Text, string Thoughts, string Calls, string Finish)
{
    public static StreamedAnswer Of(byte[] stream)
    {
        var text = new StringBuilder();
        var thoughts = new StringBuilder();
        var calls = new List<(string Name, StringBuilder Arguments)>();
        var finish = "";
        foreach (var line in Encoding.UTF8.GetString(stream).Split('\n', '\r'))
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal) || line[5..].Trim() is not { Length: > 0 } data || data == "[DONE]")
                continue;
            var root = JsonDocument.Parse(data).RootElement;
            if (!root.TryGetProperty("choices", out var choices))
                continue;
            foreach (var choice in choices.EnumerateArray())
            {
                var delta = choice.GetProperty("delta");
                text.Append(Word(delta, "content"));
                thoughts.Append(Word(delta, "reasoning_content")).Append(Word(delta, "reasoning"));
                if (delta.TryGetProperty("tool_calls", out var pieces) && pieces.ValueKind == JsonValueKind.Array)
                {
                    foreach (var piece in pieces.EnumerateArray())
                        Add(calls, piece.GetProperty("function"));
                }
                if (delta.TryGetProperty("function_call", out var function) && function.ValueKind == JsonValueKind.Object)
                    Add(calls, function);
                if (finish.Length == 0)
                    finish = Word(choice, "finish_reason");
            }
        }
        return new StreamedAnswer(text.ToString(), thoughts.ToString(), string.Join('|', calls.Select(static c => $"{c.Name}({c.Arguments})")), Brought(finish, calls.Count > 0));
    }

    public static StreamedAnswer Of(ChatResponse response)
    {
        var parts = response.Candidates.SelectMany(static c => c.Parts).ToList();
        var calls = parts.OfType<ToolCallPart>().ToList();
        var finish = response.Candidates.Count == 0 ? FinishReason.Unknown : response.Candidates[0].Finish;
        return new StreamedAnswer(
            string.Concat(parts.OfType<TextPart>().Select(static p => p.Text)),
            string.Concat(parts.OfType<ThinkingPart>().Select(static p => p.Text)),
            string.Join('|', calls.Select(static c => $"{c.Name}({c.Arguments})")),
            finish switch
            {
                FinishReason.Unknown => "",
                FinishReason.Stop => "stop",
                FinishReason.Length => "length",
                FinishReason.ToolCalls => "tool_calls",
                FinishReason.ContentFilter => "content_filter",
                _ => finish.ToString(),
            });
    }

    private static string Brought(string finish, bool hasCalls) => finish switch
    {
        "" => hasCalls ? "tool_calls" : "stop",
        "function_call" => "tool_calls",
        _ => finish,
    };

    private static void Add(List<(string Name, StringBuilder Arguments)> calls, JsonElement function)
    {
        if (Word(function, "name") is { Length: > 0 } name)
            calls.Add((name, new StringBuilder()));
        calls[^1].Arguments.Append(Word(function, "arguments"));
    }

    private static string Word(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
