using System.Text;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.OpenAI;

/// <summary>Pins how each provider's usage object is read, and that odd numbers are left out instead of believed.</summary>
public sealed class UsageReaderTests
{
    [Fact]
    public void OpenAiChat_IsRead()
    {
        Assert.Equal(
            new Usage { InputTokens = 100, CachedInputTokens = 40, CacheWriteTokens = 20, AudioInputTokens = 3, ImageInputTokens = 4, OutputTokens = 50, ReasoningTokens = 30, AudioOutputTokens = 5 },
            Read("""{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":40,"cache_write_tokens":20,"audio_tokens":3,"image_tokens":4,"text_tokens":93},"completion_tokens_details":{"reasoning_tokens":30,"audio_tokens":5,"accepted_prediction_tokens":1,"rejected_prediction_tokens":2}}"""));
    }

    [Fact]
    public void OpenAiResponses_SplitsCacheWritesByLifetime()
    {
        Assert.Equal(
            new Usage { InputTokens = 100, CacheWriteTokens = 15, CacheWrite12hTokens = 45, OutputTokens = 5 },
            Read("""{"input_tokens":100,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":60,"cache_write_tokens_details":{"ttl_30m_tokens":15,"ttl_12h_tokens":45}},"output_tokens":5}"""));
    }

    [Theory]
    [InlineData("""{"prompt_tokens":10,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":4}""")]
    [InlineData("""{"prompt_tokens":10,"cached_tokens":6}""")]
    [InlineData("""{"prompt_tokens":10,"num_cached_tokens":6}""")]
    [InlineData("""{"prompt_tokens":10,"prompt_token_details":{"cached_tokens":6}}""")]
    [InlineData("""{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":6},"cached_tokens":0}""")]
    public void CacheReads_AreFoundWhereverTheyStand(string json)
    {
        Assert.Equal(new Usage { InputTokens = 10, CachedInputTokens = 6 }, Read(json));
    }

    [Fact]
    public void ReasoningApart_IsAdded()
    {
        var json = """{"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":7}}"""u8;

        Assert.Equal(5, UsageReader.Read(json, UsageRules.OpenAI)?.OutputTokens);
        Assert.Equal(12, UsageReader.Read(json, UsageRules.ReasoningApart)?.OutputTokens);
    }

    [Fact]
    public void ReasoningApart_NeverInTheResponsesApisShape()
    {
        var json = """{"input_tokens":10,"output_tokens":12,"output_tokens_details":{"reasoning_tokens":7}}"""u8;

        Assert.Equal(12, UsageReader.Read(json, UsageRules.ReasoningApart)?.OutputTokens);
    }

    [Fact]
    public void RealtimeUsage_SaysWhichKindWasCached()
    {
        Assert.Equal(
            new Usage { InputTokens = 150, CachedInputTokens = 40, AudioInputTokens = 50, CachedAudioInputTokens = 30, CachedImageInputTokens = 2, OutputTokens = 3 },
            Read("""{"input_tokens":150,"output_tokens":3,"input_token_details":{"text_tokens":100,"audio_tokens":50,"cached_tokens":40,"cached_tokens_details":{"text_tokens":8,"audio_tokens":30,"image_tokens":2}}}"""));
    }

    [Theory]
    [InlineData("low", "low")]
    [InlineData("medium", "medium")]
    [InlineData("high", "high")]
    [InlineData("huge", null)]
    public void SearchContextSize_IsAWordOfAClosedSet(string size, string? expected)
    {
        Assert.Equal(expected, Read($$"""{"prompt_tokens":1,"search_context_size":"{{size}}"}""")!.Detail?.SearchContextSize);
    }

    [Fact]
    public void VideoAndPages_AreRead()
    {
        Assert.Equal(
            new UsageDetail { VideoInputTokens = 5, VideoOutputTokens = 6, Pages = 7 },
            Read("""{"prompt_tokens":9,"pages_processed":7,"prompt_tokens_details":{"video_tokens":5},"completion_tokens_details":{"video_tokens":6}}""")!.Detail);
        Assert.Null(Read("""{"prompt_tokens":9,"prompt_tokens_details":{"video_tokens":0}}""")!.Detail);
    }

    [Fact]
    public void PerplexityUsage_IsRead()
    {
        Assert.Equal(
            new Usage { InputTokens = 14, OutputTokens = 212, ReasoningTokens = 9, CitationTokens = 31, WebSearches = 3, ReportedCost = 0.00812m },
            Read("""{"prompt_tokens":14,"completion_tokens":212,"reasoning_tokens":9,"citation_tokens":31,"num_search_queries":3,"cost":{"input_tokens_cost":0.001,"total_cost":0.00812}}"""));
    }

    [Theory]
    [InlineData("0.00085", "0.00085")]
    [InlineData("1.13e-05", "0.0000113")]
    [InlineData("0", "0")]
    [InlineData("0.1234567890123456789", "0.1234567890123456789")]
    public void OpenRouterCost_IsExact(string json, string expected)
    {
        Assert.Equal(decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), Read($$"""{"prompt_tokens":1,"cost":{{json}}}""")?.ReportedCost);
    }

    [Fact]
    public void TotalAlone_IsInput()
    {
        Assert.Equal(new Usage { InputTokens = 12 }, Read("""{"total_tokens":12}"""));
    }

    [Fact]
    public void WhisperSeconds_AreExact()
    {
        Assert.Equal(new Usage { AudioSeconds = 12.34m }, Read("""{"type":"duration","seconds":12.34}"""));
        Assert.Equal(new Usage { InputTokens = 4, AudioSeconds = 10 }, Read("""{"prompt_tokens":4,"prompt_audio_seconds":10}"""));
    }

    [Fact]
    public void ServerTools_AreCounted()
    {
        Assert.Equal(2, Read("""{"prompt_tokens":1,"server_tool_use":{"web_search_requests":2}}""")?.WebSearches);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1000000000001")]
    [InlineData("99999999999999999999999999")]
    [InlineData("\"7\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("{\"a\":1}")]
    [InlineData("[1]")]
    public void UnbelievableCount_IsLeftOut(string value)
    {
        Assert.Equal(new Usage { InputTokens = 3 }, Read($$"""{"completion_tokens":{{value}},"prompt_tokens":3,"cost":-1,"prompt_tokens_details":{"cached_tokens":{{value}}},"seconds":-2}"""));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"prompt_tokens\":")]
    [InlineData("{\"unknown\":1}")]
    public void NothingReported_IsNull(string json)
    {
        Assert.Null(Read(json));
    }

    private static Usage? Read(string json) => UsageReader.Read(Encoding.UTF8.GetBytes(json), UsageRules.OpenAI);
}
