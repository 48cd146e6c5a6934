using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Ollama;

/// <summary>What requests, answers and streams of Ollama have in common.</summary>
internal static class OllamaWords
{
    /// <summary>What a call without arguments has: Ollama's are objects.</summary>
    public const string NoArguments = "{}";

    public static FinishReason FinishOf(string? word, bool callsTools) => word switch
    {
        "length" => FinishReason.Length,
        null => callsTools ? FinishReason.ToolCalls : FinishReason.Unknown,
        _ => callsTools ? FinishReason.ToolCalls : FinishReason.Stop,
    };

    public static string WordOf(FinishReason finish) => finish is FinishReason.Length or FinishReason.ContextWindow ? "length" : "stop";

    /// <summary>What an object with <c>done</c> says was consumed; null when it says nothing. A prompt that was in the cache is not counted by older servers.</summary>
    public static Usage? ReadUsage(JsonElement root)
    {
        var input = JsonBody.CountOf(root, "prompt_eval_count"u8);
        var output = JsonBody.CountOf(root, "eval_count"u8);
        return input is null && output is null ? null : new Usage { InputTokens = input ?? 0, OutputTokens = output ?? 0 };
    }

    public static void WriteUsage(Utf8JsonWriter writer, Usage? usage)
    {
        if (usage is null)
            return;
        writer.WriteNumber("prompt_eval_count"u8, usage.InputTokens);
        writer.WriteNumber("eval_count"u8, usage.OutputTokens);
    }

    public static long? CreatedOf(JsonElement root) =>
        JsonBody.TextOf(root, "created_at"u8) is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeSeconds()
            : null;

    /// <summary>The value of <c>created_at</c>, which clients of typed languages insist on.</summary>
    public static string CreatedText(long? created)
    {
        const long Last = 253402300799;
        var time = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(created ?? 0, 0, Last));
        return time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads the model's words, in the order in which they come to be: thoughts, text, calls.</summary>
    public static void ReadAssistant(JsonElement message, List<ChatPart> parts)
    {
        if (JsonBody.TextOf(message, "thinking"u8) is { Length: > 0 } thoughts)
            parts.Add(new ThinkingPart { Text = thoughts });
        if (JsonBody.TextOf(message, "content"u8) is { } text && (text.Length > 0 || JsonBody.Member(message, "tool_calls"u8).ValueKind == JsonValueKind.Undefined))
            parts.Add(new TextPart(text));
        ReadImages(message, parts);
        foreach (var call in JsonBody.Items(JsonBody.Member(message, "tool_calls"u8)))
            parts.Add(FunctionJson.ReadCall(call, NoArguments));
    }

    public static void ReadImages(JsonElement message, List<ChatPart> parts)
    {
        foreach (var image in JsonBody.Items(JsonBody.Member(message, "images"u8)))
        {
            if (image.ValueKind == JsonValueKind.String)
                parts.Add(new MediaPart(MediaKind.Image) { Base64 = image.GetString(), MediaType = MediaText.ImageTypeOf(image.GetString()!) });
        }
    }

    /// <summary>Writes a call.</summary>
    /// <param name="index">Its number, which answers carry and requests do not; null for none.</param>
    /// <returns>False when the arguments were no JSON object and stand in one.</returns>
    public static bool WriteCall(Utf8JsonWriter writer, string id, string name, string arguments, int? index)
    {
        writer.WriteStartObject();
        if (id.Length > 0)
            writer.WriteString("id"u8, id);
        writer.WriteStartObject("function"u8);
        if (index is { } number)
            writer.WriteNumber("index"u8, number);
        writer.WriteString("name"u8, name);
        writer.WritePropertyName("arguments"u8);
        var isObject = CallArguments.Write(writer, arguments);
        writer.WriteEndObject();
        writer.WriteEndObject();
        return isObject;
    }

    public static TokenLogprob? ReadLogprob(JsonElement item)
    {
        if (JsonBody.TextOf(item, "token"u8) is not { } token || JsonBody.Member(item, "logprob"u8) is not { ValueKind: JsonValueKind.Number } value || !value.TryGetDouble(out var logprob) || !double.IsFinite(logprob))
            return null;
        List<byte>? bytes = null;
        foreach (var given in JsonBody.Items(JsonBody.Member(item, "bytes"u8)))
        {
            if (given.ValueKind == JsonValueKind.Number && given.TryGetByte(out var one))
                (bytes ??= []).Add(one);
        }
        List<TokenLogprob>? top = null;
        foreach (var other in JsonBody.Items(JsonBody.Member(item, "top_logprobs"u8)))
        {
            if (ReadLogprob(other) is { } read)
                (top ??= []).Add(read);
        }
        return new TokenLogprob(token, logprob) { Bytes = bytes?.ToArray(), Top = top ?? (IReadOnlyList<TokenLogprob>)[] };
    }

    public static void WriteLogprobs(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<TokenLogprob> logprobs)
    {
        writer.WriteStartArray(name);
        foreach (var logprob in logprobs)
        {
            writer.WriteStartObject();
            writer.WriteString("token"u8, logprob.Token);
            writer.WriteNumber("logprob"u8, logprob.Logprob);
            if (logprob.Bytes is { } bytes)
            {
                writer.WriteStartArray("bytes"u8);
                foreach (var one in bytes)
                    writer.WriteNumberValue(one);
                writer.WriteEndArray();
            }
            if (logprob.Top.Count > 0)
                WriteLogprobs(writer, "top_logprobs"u8, logprob.Top);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
