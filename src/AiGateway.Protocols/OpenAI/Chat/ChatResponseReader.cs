using System.Runtime.InteropServices;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Reads a whole chat completion.</summary>
internal static class ChatResponseReader
{
    public static ChatResponse Read(JsonElement root, Dialect dialect, UsageRules rules)
    {
        if (!root.Has("choices"u8, out var choices) || choices.ValueKind != JsonValueKind.Array)
        {
            throw new ChatFormatException(root.Has("error"u8, out _)
                ? "The answer is an error: " + ProviderError.Parse(0, JsonMarshal.GetRawUtf8Value(root)).Message
                : "The answer has no choices.", "choices");
        }
        var response = new ChatResponse { Source = dialect };
        JsonMembers? extensions = null;
        foreach (var member in root.EnumerateObject())
        {
            var value = member.Value;
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            switch (member.Name)
            {
                case "object":
                    break;
                case "id" when value.Text() is { } id:
                    response.Id = id;
                    break;
                case "model" when value.Text() is { } model:
                    response.Model = model;
                    break;
                case "created" when value.Whole() is { } created:
                    response.Created = created;
                    break;
                case "service_tier" when value.Text() is { } tier:
                    response.ServiceTier = tier.Length == 0 ? null : tier;
                    break;
                case "usage" when value.ValueKind == JsonValueKind.Object:
                    response.Usage = UsageReader.Read(JsonMarshal.GetRawUtf8Value(value), rules);
                    response.NativeUsage = JsonValue.Of(value);
                    break;
                case "choices":
                    foreach (var choice in value.EnumerateArray())
                        response.Candidates.Add(Candidate(choice, dialect, response.Candidates.Count));
                    break;
                default:
                    JsonMembers.Add(ref extensions, member.Name, value);
                    break;
            }
        }
        response.Extensions = extensions;
        Sources(root, response);
        return response;
    }

    /// <summary>Log probabilities of text; null when there are none.</summary>
    public static List<TokenLogprob>? Logprobs(JsonElement logprobs)
    {
        if (!logprobs.Has("content"u8, out var tokens) || tokens.ValueKind != JsonValueKind.Array || tokens.GetArrayLength() == 0)
            return null;
        var read = new List<TokenLogprob>(tokens.GetArrayLength());
        foreach (var token in tokens.EnumerateArray())
            read.Add(Logprob(token));
        return read;
    }

    /// <summary>Perplexity's sources of an answer that has no annotations: its list, or the bare addresses.</summary>
    /// <remarks>Source: https://docs.perplexity.ai/api-reference/chat-completions-post (search_results, citations).</remarks>
    public static List<ChatCitation>? SourcesOf(JsonElement root)
    {
        if (!root.Has("search_results"u8, out var list) && !root.Has("citations"u8, out list))
            return null;
        if (list.ValueKind != JsonValueKind.Array)
            return null;
        List<ChatCitation>? sources = null;
        foreach (var source in list.EnumerateArray())
        {
            if ((source.Text() ?? source.TextOf("url"u8)) is { Length: > 0 } url)
                (sources ??= []).Add(new ChatCitation { Url = url, Title = source.TextOf("title"u8) });
        }
        return sources;
    }

    private static void Sources(JsonElement root, ChatResponse response)
    {
        if (SourcesOf(root) is not { } sources)
            return;
        foreach (var candidate in response.Candidates)
        {
            if (candidate.Parts.FindLast(static part => part is TextPart) is TextPart { Citations: null } text)
                text.Citations = sources;
        }
    }

    private static TokenLogprob Logprob(JsonElement token)
    {
        var top = Array.Empty<TokenLogprob>();
        if (token.Has("top_logprobs"u8, out var likeliest) && likeliest.ValueKind == JsonValueKind.Array)
        {
            top = new TokenLogprob[likeliest.GetArrayLength()];
            for (var i = 0; i < top.Length; i++)
                top[i] = Logprob(likeliest[i]);
        }
        var logprob = token.Has("logprob"u8, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : 0;
        return new TokenLogprob(token.TextOf("token"u8) ?? "", logprob) { Bytes = Bytes(token), Top = top };
    }

    private static byte[]? Bytes(JsonElement token)
    {
        if (!token.Has("bytes"u8, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;
        var bytes = new byte[list.GetArrayLength()];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(list[i].Whole() ?? 0);
        return bytes;
    }

    private static ChatCandidate Candidate(JsonElement choice, Dialect dialect, int number)
    {
        if (choice.ValueKind != JsonValueKind.Object)
            throw new ChatFormatException($"choices[{number}] must be an object.", "choices");
        var candidate = new ChatCandidate { Index = choice.WholeOf("index"u8) is { } index and >= 0 and <= 1024 ? (int)index : number };
        JsonMembers? extensions = null;
        foreach (var member in choice.EnumerateObject())
        {
            var value = member.Value;
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            switch (member.Name)
            {
                case "index":
                    break;
                case "message" when value.ValueKind == JsonValueKind.Object:
                    JsonMembers? inside = null;
                    AssistantReading.Read(value, dialect, candidate.Parts, ref inside);

                    // Whoever signed a call behind this provider: it is this provider that wants the signature back.
                    foreach (var part in candidate.Parts)
                    {
                        if (part is ToolCallPart)
                            part.SignedBy = null;
                    }
                    foreach (var (name, unknown) in inside?.All ?? [])
                        extensions = (extensions ?? new JsonMembers()).Add("message." + name, unknown);
                    break;
                case "finish_reason" when value.Text() is { } finish:
                    candidate.NativeFinish = finish;
                    candidate.Finish = Finishes.Read(finish);
                    break;
                case "stop_reason" when value.Text() is { } stop:
                    candidate.StopSequence = stop;
                    break;
                case "logprobs" when value.ValueKind == JsonValueKind.Object:
                    candidate.Logprobs = Logprobs(value);
                    if (value.Has("refusal"u8, out var refusal) && refusal.ValueKind == JsonValueKind.Array)
                        JsonMembers.Add(ref extensions, "logprobs.refusal", refusal);
                    break;
                default:
                    JsonMembers.Add(ref extensions, member.Name, value);
                    break;
            }
        }
        candidate.Extensions = extensions;
        if (candidate.Finish == FinishReason.Stop && candidate.StopSequence is not null)
            candidate.Finish = FinishReason.StopSequence;
        return candidate;
    }
}
