using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Golden;

/// <summary>One rich request for each group of features.</summary>
internal static class GoldenRequests
{
    // A PNG of one pixel.
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    // A dialect that says next to nothing of this: its own file shows what it leaves out, and no other is written as the source's own.
    private const Dialect Elsewhere = Dialect.Ollama;

    private const string WeatherSchema = """{"type":"object","properties":{"city":{"type":"string","description":"Where."},"unit":{"type":"string","enum":["c","f"]}},"required":["city"],"additionalProperties":false}""";

    /// <summary>Names and what makes them; each call makes a new one.</summary>
    public static readonly IReadOnlyDictionary<string, Func<ChatRequest>> All = new Dictionary<string, Func<ChatRequest>>(StringComparer.Ordinal)
    {
        ["tools"] = Tools,
        ["media"] = Media,
        ["structured"] = Structured,
        ["reasoning"] = Reasoning,
        ["cache"] = Cache,
        ["sampling"] = Sampling,
    };

    private static ChatRequest Tools()
    {
        var request = Make(Elsewhere);
        request.Tools.Add(new ChatTool { Name = "weather", Description = "The weather now.", Parameters = JsonValue.Parse(WeatherSchema), Strict = true });
        request.Tools.Add(new ChatTool { Name = "time", Parameters = JsonValue.Parse("""{"type":"object","properties":{}}""") });
        request.ToolChoice = new ChatToolChoice(ChatToolMode.Named, "weather");
        request.ParallelToolCalls = false;
        Say(request, ChatRole.System, new TextPart("You are brief."));
        Say(request, ChatRole.User, new TextPart("Weather in Bern and Genf?"));
        Say(request, ChatRole.Assistant,
            new TextPart("I look."),
            new ToolCallPart { Id = "call_1", Name = "weather", Arguments = """{"city":"Bern","unit":"c"}""" },
            new ToolCallPart { Id = "call_2", Name = "weather", Arguments = """{"city":"Genf"}""" });
        Say(request, ChatRole.Tool, Result("call_1", new TextPart("sun, 21 °C")));
        var failed = Result("call_2", new TextPart("no such station"));
        failed.IsError = true;
        Say(request, ChatRole.Tool, failed);
        Say(request, ChatRole.Assistant, new TextPart("Sun in Bern."), new ToolCallPart { Id = "call_3", Name = "time", Arguments = "{}" });
        Say(request, ChatRole.Tool, Result("call_3", new TextPart("12:00"), new MediaPart(MediaKind.Image) { Base64 = Pixel, MediaType = "image/png" }));
        Say(request, ChatRole.User, new TextPart("And now?"));
        return request;
    }

    private static ChatRequest Media()
    {
        var request = Make(Elsewhere);
        Say(request, ChatRole.User,
            new TextPart("Compare."),
            new MediaPart(MediaKind.Image) { Base64 = Pixel, MediaType = "image/png", Detail = "low" },
            new MediaPart(MediaKind.Image) { Url = "https://example.com/cat.jpg", Detail = "high" },
            new MediaPart(MediaKind.Document) { Base64 = "JVBERi0xLjQKJSVFT0YK", MediaType = "application/pdf", Name = "report.pdf" },
            new MediaPart(MediaKind.Document) { Url = "https://example.com/paper.pdf", MediaType = "application/pdf" },
            new MediaPart(MediaKind.Document) { Text = "plain words", MediaType = "text/plain", Name = "notes.txt" },
            new MediaPart(MediaKind.Audio) { Base64 = "UklGRg==", MediaType = "audio/wav" },
            new MediaPart(MediaKind.Document) { FileId = "file-abc" });
        return request;
    }

    private static ChatRequest Structured()
    {
        var request = Make(Elsewhere);
        Say(request, ChatRole.Developer, new TextPart("Answer in German."));
        Say(request, ChatRole.User, new TextPart("A city."));
        request.Format = new ChatFormat(ChatFormatKind.JsonSchema)
        {
            Name = "city",
            Description = "A city.",
            Strict = true,
            Schema = JsonValue.Parse("""{"type":"object","properties":{"name":{"type":"string"},"people":{"type":["integer","null"],"minimum":0},"twin":{"$ref":"#/$defs/place"},"tags":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"number"}]}}},"required":["name","people","twin","tags"],"additionalProperties":false,"$defs":{"place":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}}}"""),
        };
        return request;
    }

    private static ChatRequest Reasoning()
    {
        var request = Make(Dialect.Anthropic);
        request.Reasoning = new ChatReasoning { Enabled = true, BudgetTokens = 2048 };
        request.MaxOutputTokens = 8000;
        request.Tools.Add(new ChatTool { Name = "weather", Parameters = JsonValue.Parse(WeatherSchema) });
        Say(request, ChatRole.User, new TextPart("Weather?"));
        Say(request, ChatRole.Assistant,
            new ThinkingPart { Text = "They want the weather.", Signature = "c2lnbmVk" },
            new ThinkingPart { Encrypted = "aGlkZGVu" },
            new TextPart("One moment."),
            new ToolCallPart { Id = "toolu_1", Name = "weather", Arguments = """{"city":"Bern"}""" });
        Say(request, ChatRole.User, Result("toolu_1", new TextPart("sun")));
        return request;
    }

    private static ChatRequest Cache()
    {
        var request = Make(Dialect.Anthropic);
        request.MaxOutputTokens = 100;
        request.Tools.Add(new ChatTool { Name = "time", Parameters = JsonValue.Parse("""{"type":"object","properties":{}}"""), CacheMark = "1h" });
        Say(request, ChatRole.System, new TextPart("A long manual.") { CacheMark = "1h" });
        Say(request, ChatRole.User, new MediaPart(MediaKind.Document) { Base64 = "JVBERi0xLjQKJSVFT0YK", MediaType = "application/pdf", Name = "manual", CacheMark = "5m" }, new TextPart("What is on page 3?") { CacheMark = "5m" });
        return request;
    }

    private static ChatRequest Sampling()
    {
        var request = Make(Dialect.OpenAIChat);
        request.MaxOutputTokens = 321;
        request.Temperature = 1.5;
        request.TopP = 0.9;
        request.TopK = 40;
        request.FrequencyPenalty = 0.25;
        request.PresencePenalty = -0.5;
        request.Seed = 42;
        request.Stop.Add("END");
        request.Stop.Add("\n\n");
        request.Candidates = 2;
        request.Logprobs = true;
        request.TopLogprobs = 3;
        request.User = "user-1";
        request.ServiceTier = "flex";
        request.Verbosity = "low";
        request.Store = false;
        request.Stream = true;
        request.IncludeUsage = true;
        request.Metadata = JsonValue.Parse("""{"team":"search"}""");
        request.Extensions = new JsonMembers().Add("logit_bias", JsonValue.Parse("""{"50256":-100}"""));
        Say(request, ChatRole.User, new TextPart("Say something."));
        return request;
    }

    private static ChatRequest Make(Dialect source) => new() { Source = source, Model = "asked" };

    private static void Say(ChatRequest request, ChatRole role, params ChatPart[] parts)
    {
        var message = new ChatMessage { Role = role, IsPlainText = parts is [TextPart { CacheMark: null }] };
        message.Parts.AddRange(parts);
        request.Messages.Add(message);
    }

    private static ToolResultPart Result(string call, params ChatPart[] content)
    {
        var result = new ToolResultPart { CallId = call, IsPlainText = content is [TextPart] };
        result.Content.AddRange(content);
        return result;
    }
}
