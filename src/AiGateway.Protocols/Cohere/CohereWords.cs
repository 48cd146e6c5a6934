using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Cohere;

/// <summary>Cohere's finish reasons, usage, citations and log probabilities, each to and from ours.</summary>
internal static class CohereWords
{
    /// <summary>The extension that marks a thought as the plan of a turn with tools.</summary>
    public const string PlanMark = "tool_plan";

    private static readonly JsonValue True = JsonValue.Parse("true");

    public static JsonMembers MarkOfPlan() => new JsonMembers().Add(PlanMark, True);

    public static bool IsPlan(ThinkingPart thinking) => thinking.Extensions is { } extensions && !extensions.Find(PlanMark).IsAbsent;

    public static FinishReason FinishOf(string? word) => word switch
    {
        "COMPLETE" => FinishReason.Stop,
        "STOP_SEQUENCE" => FinishReason.StopSequence,
        "MAX_TOKENS" => FinishReason.Length,
        "TOOL_CALL" => FinishReason.ToolCalls,
        "ERROR_LIMIT" => FinishReason.ContextWindow,
        "ERROR_TOXIC" => FinishReason.ContentFilter,
        "ERROR" or "TIMEOUT" or "USER_CANCEL" => FinishReason.Error,
        _ => FinishReason.Unknown,
    };

    public static string WordOf(FinishReason finish) => finish switch
    {
        FinishReason.StopSequence => "STOP_SEQUENCE",
        FinishReason.Length or FinishReason.ContextWindow => "MAX_TOKENS",
        FinishReason.ToolCalls => "TOOL_CALL",
        FinishReason.ContentFilter or FinishReason.MalformedToolCall or FinishReason.Error => "ERROR",
        _ => "COMPLETE",
    };

    /// <summary>Reads a usage object; null when it reports nothing. What is billed counts, not what the template adds.</summary>
    public static Usage? ReadUsage(JsonElement usage)
    {
        var billed = JsonBody.Member(usage, "billed_units"u8);
        var tokens = JsonBody.Member(usage, "tokens"u8);
        var input = JsonBody.CountOf(billed, "input_tokens"u8) ?? JsonBody.CountOf(tokens, "input_tokens"u8);
        var output = JsonBody.CountOf(billed, "output_tokens"u8) ?? JsonBody.CountOf(tokens, "output_tokens"u8);
        var units = JsonBody.CountOf(billed, "search_units"u8);
        var images = JsonBody.CountOf(billed, "image_tokens"u8) ?? 0;
        if (input is null && output is null && units is null && images == 0)
            return null;
        var inputs = (input ?? 0) + images;
        return new Usage
        {
            InputTokens = inputs,
            ImageInputTokens = images,
            OutputTokens = output ?? 0,
            SearchUnits = units ?? 0,
            CachedInputTokens = Math.Min(JsonBody.CountOf(usage, "cached_tokens"u8) ?? 0, inputs),
        };
    }

    /// <summary>Writes a usage object.</summary>
    /// <param name="native">The provider's <c>tokens</c>; absent: the billed counts stand there as well.</param>
    /// <param name="cached">The provider's <c>cached_tokens</c>; absent: ours.</param>
    public static void WriteUsage(Utf8JsonWriter writer, Usage usage, JsonValue native, JsonValue cached)
    {
        writer.WriteStartObject("usage"u8);
        writer.WriteStartObject("billed_units"u8);
        WriteCounts(writer, usage);
        if (usage.SearchUnits > 0)
            writer.WriteNumber("search_units"u8, usage.SearchUnits);
        writer.WriteEndObject();
        writer.WritePropertyName("tokens"u8);
        if (native.IsAbsent)
        {
            writer.WriteStartObject();
            WriteCounts(writer, usage);
            writer.WriteEndObject();
        }
        else
        {
            native.WriteTo(writer);
        }
        if (!cached.IsAbsent)
        {
            writer.WritePropertyName("cached_tokens"u8);
            cached.WriteTo(writer);
        }
        else if (usage.CachedInputTokens > 0)
        {
            writer.WriteNumber("cached_tokens"u8, usage.CachedInputTokens);
        }
        writer.WriteEndObject();
    }

    public static ChatCitation ReadCitation(JsonElement citation)
    {
        var source = JsonBody.First(JsonBody.Member(citation, "sources"u8));
        var document = JsonBody.Member(source, "document"u8);
        if (document.ValueKind == JsonValueKind.Undefined)
            document = JsonBody.Member(source, "tool_output"u8);
        return new ChatCitation
        {
            Text = JsonBody.TextOf(citation, "text"u8),
            Start = (int?)Math.Min(int.MaxValue, JsonBody.CountOf(citation, "start"u8) ?? -1) is { } start and >= 0 ? start : null,
            End = (int?)Math.Min(int.MaxValue, JsonBody.CountOf(citation, "end"u8) ?? -1) is { } end and >= 0 ? end : null,
            Title = JsonBody.TextOf(document, "title"u8) ?? JsonBody.TextOf(source, "id"u8),
            Url = JsonBody.TextOf(document, "url"u8),
            Native = JsonValue.Of(citation),
        };
    }

    /// <summary>Writes a citation as a value: as Cohere wrote it, else as one of a document.</summary>
    public static void WriteCitation(Utf8JsonWriter writer, ChatCitation citation, int contentIndex, bool isOwn)
    {
        if (isOwn && !citation.Native.IsAbsent)
        {
            citation.Native.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        writer.WriteNumber("start"u8, citation.Start ?? 0);
        writer.WriteNumber("end"u8, citation.End ?? citation.Start ?? 0);
        writer.WriteString("text"u8, citation.Text ?? "");
        writer.WriteStartArray("sources"u8);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "document"u8);
        writer.WriteString("id"u8, citation.Url ?? citation.Title ?? "");
        writer.WriteStartObject("document"u8);
        if (citation.Title is not null)
            writer.WriteString("title"u8, citation.Title);
        if (citation.Url is not null)
            writer.WriteString("url"u8, citation.Url);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteNumber("content_index"u8, contentIndex);
        writer.WriteString("type"u8, "TEXT_CONTENT"u8);
        writer.WriteEndObject();
    }

    /// <summary>Reads an item of <c>logprobs</c>: the chunk's probability is the product of its tokens'.</summary>
    public static TokenLogprob? ReadLogprob(JsonElement item)
    {
        if (JsonBody.TextOf(item, "text"u8) is not { } text)
            return null;
        var sum = 0.0;
        foreach (var value in JsonBody.Items(JsonBody.Member(item, "logprobs"u8)))
        {
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
                sum += number;
        }
        return new TokenLogprob(text, sum);
    }

    public static void WriteLogprob(Utf8JsonWriter writer, TokenLogprob logprob)
    {
        writer.WriteStartObject();
        writer.WriteString("text"u8, logprob.Token);
        writer.WriteStartArray("token_ids"u8);
        writer.WriteEndArray();
        writer.WriteStartArray("logprobs"u8);
        writer.WriteNumberValue(logprob.Logprob);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void WriteCall(Utf8JsonWriter writer, ToolCallPart call, string id)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteString("type"u8, "function"u8);
        writer.WriteStartObject("function"u8);
        writer.WriteString("name"u8, call.Name);
        writer.WriteString("arguments"u8, call.Arguments);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter writer, Usage usage)
    {
        writer.WriteNumber("input_tokens"u8, usage.InputTokens);
        writer.WriteNumber("output_tokens"u8, usage.OutputTokens);
    }
}
