using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Golden;

/// <summary>Answers that hold what providers send.</summary>
internal static class GoldenAnswers
{
    /// <summary>Names and what makes them; each call makes a new one.</summary>
    public static readonly IReadOnlyDictionary<string, Func<ChatResponse>> All = new Dictionary<string, Func<ChatResponse>>(StringComparer.Ordinal)
    {
        ["answer-tools"] = Tools,
        ["answer-cited"] = Cited,
        ["answer-refused"] = Refused,
    };

    private static ChatResponse Tools() => Make(Dialect.Anthropic, FinishReason.ToolCalls, "tool_use",
        new ThinkingPart { Text = "Two cities.", Signature = "c2lnbmVk" },
        new ThinkingPart { Encrypted = "aGlkZGVu" },
        new TextPart("I look."),
        new ToolCallPart { Id = "toolu_1", Name = "weather", Arguments = """{"city":"Zürich"}""" },
        new ToolCallPart { Id = "toolu_2", Name = "time", Arguments = "" });

    private static ChatResponse Cited() => Make(Dialect.OpenAIResponses, FinishReason.Length, "max_output_tokens",
        new TextPart("Bern is the capital.") { Citations = [new ChatCitation { Url = "https://example.com/bern", Title = "Bern", Start = 0, End = 4 }] });

    private static ChatResponse Refused() => Make(Dialect.OpenAIChat, FinishReason.ContentFilter, "content_filter", new RefusalPart("I cannot help with that."));

    private static ChatResponse Make(Dialect source, FinishReason finish, string word, params ChatPart[] parts)
    {
        var response = new ChatResponse
        {
            Source = source,
            Id = "id-1",
            Model = "model-1",
            Created = 1_760_000_000,
            Usage = new Usage { InputTokens = 1000, CachedInputTokens = 400, CacheWriteTokens = 100, CacheWrite1hTokens = 50, OutputTokens = 70, ReasoningTokens = 20 },
        };
        var candidate = new ChatCandidate { Finish = finish, NativeFinish = word };
        candidate.Parts.AddRange(parts);
        response.Candidates.Add(candidate);
        return response;
    }
}
