using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads and writes <c>logprobsResult</c> (https://ai.google.dev/api/generate-content#LogprobsResult). Token ids are left out.</summary>
internal static class GeminiLogprobs
{
    public static List<TokenLogprob>? Read(JsonElement result)
    {
        var chosen = GeminiNames.Find(result, "chosenCandidates");
        if (chosen.ValueKind != JsonValueKind.Array)
            return null;
        var top = GeminiNames.Find(result, "topCandidates");
        var tops = top.ValueKind == JsonValueKind.Array ? top.GetArrayLength() : 0;
        var read = new List<TokenLogprob>();
        foreach (var candidate in chosen.EnumerateArray())
        {
            var token = Token(candidate);
            if (read.Count < tops)
            {
                var list = new List<TokenLogprob>();
                var candidates = GeminiNames.Find(top[read.Count], "candidates");
                if (candidates.ValueKind == JsonValueKind.Array)
                {
                    foreach (var alternative in candidates.EnumerateArray())
                        list.Add(Token(alternative));
                }
                token = token with { Top = list };
            }
            read.Add(token);
        }
        return read;
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<TokenLogprob> logprobs)
    {
        writer.WriteStartObject("logprobsResult");
        writer.WriteStartArray("topCandidates");
        foreach (var token in logprobs)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("candidates");
            foreach (var alternative in token.Top)
                Write(writer, alternative);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("chosenCandidates");
        foreach (var token in logprobs)
            Write(writer, token);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static TokenLogprob Token(JsonElement candidate)
    {
        var probability = GeminiNames.Find(candidate, "logProbability");
        return new TokenLogprob(
            JsonBody.TextOrNull(GeminiNames.Find(candidate, "token")) ?? "",
            probability.ValueKind == JsonValueKind.Number && probability.TryGetDouble(out var value) && double.IsFinite(value) ? value : 0);
    }

    private static void Write(Utf8JsonWriter writer, TokenLogprob token)
    {
        writer.WriteStartObject();
        writer.WriteString("token", token.Token);
        writer.WriteNumber("logProbability", double.IsFinite(token.Logprob) ? token.Logprob : -9999);
        writer.WriteEndObject();
    }
}
