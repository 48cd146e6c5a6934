using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>One answer of the simulated model: a text or function calls, why it ended, and what it counts.</summary>
internal sealed record Generation(string Text, IReadOnlyList<ToolCall> Calls, bool HitLimit, int ReasoningTokens)
{
    /// <summary>All output tokens, reasoning included.</summary>
    public int OutputTokens
    {
        get
        {
            var sum = ReasoningTokens + Tokens.Of(Text);
            foreach (var call in Calls)
                sum += call.Tokens;
            return sum;
        }
    }

    /// <summary>The stop text that ended the answer; null when none did.</summary>
    public string? StopSequence { get; init; }

    public string FinishReason => HitLimit ? "length" : Calls.Count > 0 ? "tool_calls" : "stop";

    /// <summary>Answers a prompt.</summary>
    /// <param name="format">The object that has <c>type</c> and a schema: <c>response_format</c>, or <c>text.format</c>.</param>
    /// <param name="maxTokens">Most output tokens, reasoning included; null when unbounded.</param>
    /// <param name="index">Which of <c>n</c> answers this is.</param>
    public static Generation Of(SimulatedRequest request, Prompt prompt, JsonElement? format, int? maxTokens, int index)
    {
        var hash = Hashing.Mix(prompt.Hash + (ulong)index);
        var reasoning = request.Model.Contains("-reasoning", StringComparison.Ordinal) ? 16 + (int)(prompt.Hash % 64) : 0;
        if (reasoning >= maxTokens)
            return new("", [], HitLimit: true, maxTokens.Value);

        var tools = ToolChoice.Of(request, prompt);
        if (tools.Count > 0)
            return new("", tools.ConvertAll(tool => new ToolCall(request.Ids.Next("call_"), tool.Name, SchemaValue.Text(tool.Parameters, hash))), false, reasoning);

        var text = Structured(format, hash) ?? SimulatedText.Write(prompt, hash, request.AnswerTokens);
        (text, var stop) = BeforeStop(text, request.Json.Member("stop"u8));
        if (maxTokens is { } most)
        {
            var cut = SimulatedText.CutToBytes(text, (long)(most - reasoning) * Tokens.BytesPerToken);
            return new(cut, [], cut.Length < text.Length, reasoning) { StopSequence = cut.Length < text.Length ? null : stop };
        }
        return new(text, [], false, reasoning) { StopSequence = stop };
    }

    private static string? Structured(JsonElement? format, ulong hash)
    {
        if (format is not { } present)
            return null;
        if (present.Is("type"u8, "json_object"u8))
            return """{"simulated":true,"answer":"This object was made by a simulator."}""";
        return present.Is("type"u8, "json_schema"u8)
            ? SchemaValue.Text((present.Member("json_schema"u8) ?? present).Member("schema"u8), hash)
            : null;
    }

    private static (string Text, string? Stop) BeforeStop(string text, JsonElement? stop)
    {
        string? found = null;
        if (stop is { ValueKind: JsonValueKind.String } single)
            text = Before(text, single, ref found);
        foreach (var sequence in stop.Items())
            text = Before(text, sequence, ref found);
        return (text, found);

        static string Before(string text, JsonElement sequence, ref string? found)
        {
            if (sequence.ValueKind != JsonValueKind.String || sequence.GetString() is not { Length: > 0 } mark)
                return text;
            var at = text.IndexOf(mark, StringComparison.Ordinal);
            if (at < 0)
                return text;
            found = mark;
            return text[..at];
        }
    }
}
