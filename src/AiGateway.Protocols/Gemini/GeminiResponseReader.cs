using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads the answer of generateContent (https://ai.google.dev/api/generate-content#generatecontentresponse).</summary>
internal static class GeminiResponseReader
{
    public static ChatResponse Read(JsonElement body)
    {
        var response = new ChatResponse { Source = Dialect.Gemini };
        JsonElement candidates = default;
        JsonElement usage = default;
        JsonElement feedback = default;
        var isAnswer = false;
        JsonMembers? rest = null;
        foreach (var member in body.EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "candidates":
                    candidates = member.Value;
                    isAnswer = true;
                    break;
                case "usageMetadata":
                    usage = member.Value;
                    isAnswer = true;
                    break;
                case "promptFeedback":
                    feedback = member.Value;
                    isAnswer = true;
                    JsonMembers.Add(ref rest, member.Name, member.Value);
                    break;
                case "responseId":
                    response.Id = JsonBody.TextOrNull(member.Value) ?? "";
                    break;
                case "modelVersion":
                    response.Model = JsonBody.TextOrNull(member.Value) ?? "";
                    break;
                case "createTime":
                    response.Created = Seconds(member.Value);
                    break;
                default:
                    JsonMembers.Add(ref rest, member.Name, member.Value);
                    break;
            }
        }
        if (!isAnswer)
            throw new ChatFormatException("The body is no answer of generateContent: it has no candidates.", "candidates");
        var searches = 0;
        foreach (var candidate in GeminiJson.Items(candidates, "candidates"))
            response.Candidates.Add(ReadCandidate(candidate, response, ref searches));
        if (response.Candidates.Count == 0 && JsonBody.TextOrNull(GeminiNames.Find(feedback, "blockReason")) is { } blocked)
            response.Candidates.Add(new ChatCandidate { Finish = FinishReason.ContentFilter, NativeFinish = blocked });
        var details = new JsonMembers();
        response.Usage = GeminiUsage.Read(usage, out var tier, details);
        response.ServiceTier = tier;
        if (response.Usage is not null && searches > 0)
            response.Usage = response.Usage with { WebSearches = searches };
        foreach (var (name, value) in details.All)
            rest = (rest ?? new JsonMembers()).Add(name, value);
        response.Extensions = rest;
        return response;
    }

    /// <summary>A time as Google writes it (<c>2026-01-02T03:04:05.123456Z</c>) in Unix seconds; null when it is none.</summary>
    public static long? Seconds(JsonElement time) =>
        time.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(time.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
            ? parsed.ToUnixTimeSeconds()
            : null;

    private static ChatCandidate ReadCandidate(JsonElement candidate, ChatResponse response, ref int searches)
    {
        var read = new ChatCandidate();
        JsonElement content = default;
        JsonElement grounding = default;
        JsonElement citations = default;
        JsonMembers? rest = null;
        foreach (var member in GeminiJson.Object(candidate, "candidates[]").EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "content":
                    content = member.Value;
                    break;
                case "index" when GeminiJson.TryLong(member.Value, out var index) && index is >= 0 and < 4096:
                    read.Index = (int)index;
                    break;
                case "finishReason":
                    read.NativeFinish = JsonBody.TextOrNull(member.Value);
                    break;
                case "logprobsResult":
                    read.Logprobs = GeminiLogprobs.Read(member.Value);
                    break;
                case "groundingMetadata":
                    grounding = member.Value;
                    JsonMembers.Add(ref rest, member.Name, member.Value);
                    break;
                case "citationMetadata":
                    citations = member.Value;
                    JsonMembers.Add(ref rest, member.Name, member.Value);
                    break;
                default:
                    JsonMembers.Add(ref rest, member.Name, member.Value);
                    break;
            }
        }
        var ids = new GeminiCallIds(Scope(response.Id, read.Index));
        var parts = new List<ChatPart>();
        foreach (var part in GeminiJson.Items(GeminiNames.Find(content, "parts"), "candidates[].content.parts"))
        {
            var one = GeminiPartReader.Read(part, ids);
            parts.Add(one);

            // An empty text says nothing, and other dialects refuse it in the next turn.
            if (one is not TextPart { Text.Length: 0, Signature: null })
                read.Parts.Add(one);
        }
        searches += GeminiGrounding.Read(grounding, number => TextAt(parts, number)?.Text, (number, citation) => Cite(parts, number, citation));
        GeminiGrounding.ReadCitations(citations, number => TextAt(parts, number)?.Text, (number, citation) => Cite(parts, number, citation));
        read.Finish = GeminiFinish.Of(read.NativeFinish, read.Parts.Exists(static part => part is ToolCallPart));
        read.Extensions = rest;
        return read;
    }

    /// <summary>The scope of invented call ids: the answer, and the candidate where there are several.</summary>
    public static string Scope(string? responseId, int candidate) =>
        candidate == 0 ? GeminiCallIds.ScopeOf(responseId) : string.Create(CultureInfo.InvariantCulture, $"{GeminiCallIds.ScopeOf(responseId)}_{candidate}");

    /// <summary>The text part of that number; where another kind of part has the number, the first text.</summary>
    private static TextPart? TextAt(List<ChatPart> parts, int number) =>
        number < parts.Count && parts[number] is TextPart text ? text : parts.Find(static part => part is TextPart { Text.Length: > 0 }) as TextPart;

    private static void Cite(List<ChatPart> parts, int number, ChatCitation citation)
    {
        if (TextAt(parts, number) is { } text)
            (text.Citations ??= []).Add(citation);
    }
}
