using System.Text;

namespace AiGateway.Protocols.OpenAI;

/// <summary>Brings finish reasons into OpenAI's five values; the official .NET client throws on any other.</summary>
/// <remarks>
/// <c>error</c> has no counterpart: it becomes <c>stop</c> in the bytes, but whoever inspects treats the answer as failed.
/// What is unknown becomes <c>stop</c>: the model did end its answer.
/// </remarks>
internal static class FinishReasons
{
    public static readonly ReadOnlyMemory<byte> Null = "null"u8.ToArray();
    public static readonly ReadOnlyMemory<byte> Stop = "\"stop\""u8.ToArray();
    public static readonly ReadOnlyMemory<byte> ToolCalls = "\"tool_calls\""u8.ToArray();

    private static readonly ReadOnlyMemory<byte> Length = "\"length\""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> ContentFilter = "\"content_filter\""u8.ToArray();

    private static readonly string[] Known = ["stop", "length", "tool_calls", "content_filter", "function_call"];
    private static readonly string[] LengthWords = ["max_tokens", "max_output_tokens", "model_length", "token_limit", "model_context_window_exceeded"];
    private static readonly string[] ToolWords = ["tool_use", "tool_call"];

    private static readonly string[] FilterWords =
    [
        "safety", "content_filtered", "refusal", "guardrail_intervened", "recitation", "blocklist", "prohibited_content", "spii",
        "image_safety", "language", "sensitive",
    ];

    /// <summary>True for the values that OpenAI itself sends.</summary>
    public static bool IsKnown(ReadOnlySpan<byte> value) =>
        value.Length switch
        {
            4 => value.SequenceEqual("stop"u8),
            6 => value.SequenceEqual("length"u8),
            10 => value.SequenceEqual("tool_calls"u8),
            13 => value.SequenceEqual("function_call"u8),
            14 => value.SequenceEqual("content_filter"u8),
            _ => false,
        };

    /// <summary>The same value as a string, shared for the values that OpenAI itself sends.</summary>
    public static string ToText(ReadOnlySpan<byte> value)
    {
        foreach (var known in Known)
        {
            if (Ascii.Equals(value, known))
                return known;
        }
        return Encoding.UTF8.GetString(value);
    }

    /// <summary>The JSON value to put in place of one that <see cref="IsKnown"/> refuses.</summary>
    public static ReadOnlyMemory<byte> Map(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return Null;
        if (IsOneOf(value, LengthWords) || IsOneOf(value, ["length"]))
            return Length;
        if (IsOneOf(value, ToolWords) || IsOneOf(value, ["tool_calls", "function_call"]))
            return ToolCalls;
        return IsOneOf(value, FilterWords) || IsOneOf(value, ["content_filter"]) ? ContentFilter : Stop;
    }

    public static bool IsError(ReadOnlySpan<byte> value) => value.Length == 5 && Ascii.EqualsIgnoreCase(value, "error");

    private static bool IsOneOf(ReadOnlySpan<byte> value, ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Ascii.EqualsIgnoreCase(value, word))
                return true;
        }
        return false;
    }
}
