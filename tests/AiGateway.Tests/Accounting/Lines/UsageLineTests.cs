using System.Globalization;
using AiGateway.Configuration;

namespace AiGateway.Tests.Accounting.Lines;

/// <summary>Costs computed by hand from the list, one rule of one provider each. Amounts are USD per million in the comments.</summary>
public class UsageLineTests
{
    [Theory]
    // 300 × 10 + 600 × 1 + 100 × 12.5 + 500 × 50: all inside the prompt, reasoning inside the completion
    [InlineData("openai", "gpt-6-astra", "chat.completions", """{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":600,"cache_write_tokens":100,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":400}}""", "0.02985")]
    [InlineData("openai", "gpt-6-astra", "responses", """{"input_tokens":1000,"output_tokens":500,"total_tokens":1500,"input_tokens_details":{"cached_tokens":600,"cache_write_tokens":100},"output_tokens_details":{"reasoning_tokens":400}}""", "0.02985")]
    // gpt-6.1-terra: 1000 × 1 + 100 × 1.25 + 200 × 2.5
    [InlineData("openai", "gpt-6.1-terra", "responses", """{"input_tokens":1300,"output_tokens":0,"input_tokens_details":{"cache_write_tokens":300,"cache_write_tokens_details":{"ttl_30m_tokens":100,"ttl_12h_tokens":200}}}""", "0.001625")]
    // The threshold is exclusive and reprices all: 272,000 × 10; 272,001 × 20 + 1 × 75
    [InlineData("openai", "gpt-6-astra", "chat.completions", """{"prompt_tokens":272000,"completion_tokens":0}""", "2.72")]
    [InlineData("azure-openai", "gpt-4o-mini", "chat.completions", """{"prompt_tokens":1000,"completion_tokens":0}""", "0.00015")]
    [InlineData("openai", "gpt-6-astra", "chat.completions", """{"prompt_tokens":272001,"completion_tokens":1}""", "5.440095")]
    // Images: 50 × 5 + 200 × 10 in, 4000 × 40 out
    [InlineData("openai", "gpt-image-1", "images.generations", """{"input_tokens":250,"output_tokens":4000,"total_tokens":4250,"input_tokens_details":{"text_tokens":50,"image_tokens":200}}""", "0.16225")]
    // 7 s × 0.36 an hour
    [InlineData("openai", "whisper-1", "audio.transcriptions", """{"type":"duration","seconds":7}""", "0.0007")]
    // 3 × 0.13
    [InlineData("openai", "text-embedding-3-large", "embeddings", """{"prompt_tokens":3,"total_tokens":3}""", "0.00000039")]
    // Anthropic's cache stands apart: 10 × 4 + 100 × 0.2 + 20 × 5 + 30 × 8 + 7 × 20 + 2 searches × 0.01
    [InlineData("anthropic", "claude-opus-5-5", "messages", """{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":50,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":30},"output_tokens":7,"output_tokens_details":{"thinking_tokens":5},"server_tool_use":{"web_search_requests":2,"web_fetch_requests":1},"service_tier":"standard"}""", "0.02054")]
    // Without a split all was written for five minutes: 10 × 4 + 50 × 5
    [InlineData("anthropic", "claude-opus-5-5", "messages", """{"input_tokens":10,"cache_creation_input_tokens":50,"output_tokens":0}""", "0.00029")]
    // Fast mode: 10 × 8 + 5 × 40
    [InlineData("anthropic", "claude-opus-5-5", "messages", """{"input_tokens":10,"output_tokens":5,"service_tier":"standard","speed":"fast"}""", "0.00028")]
    // Batch: 10 × 2 + 5 × 10
    [InlineData("anthropic", "claude-opus-5-5", "messages", """{"input_tokens":10,"output_tokens":5,"service_tier":"batch"}""", "0.00007")]
    // In the US alone 10 % more on tokens, not on searches: 100 × 4 × 1.1 + 0.01
    [InlineData("anthropic", "claude-opus-5-5", "messages", """{"input_tokens":100,"output_tokens":0,"inference_geo":"us","server_tool_use":{"web_search_requests":1}}""", "0.01044")]
    [InlineData("anthropic", "claude-opus-5-5", "messages", """{"input_tokens":100,"output_tokens":0,"inference_geo":"global"}""", "0.0004")]
    // claude-haiku-5-5 above 100,000, cache reads counted: five times: 1 × 0.5 + 100,000 × 0.05
    [InlineData("anthropic", "claude-haiku-5-5", "messages", """{"input_tokens":1,"cache_read_input_tokens":100000,"output_tokens":0}""", "0.0050005")]
    // Thoughts and tool prompts stand apart: (100 + 10) × 1.25 + (5 + 20) × 10
    [InlineData("google", "gemini-2.5-pro", "generateContent", """{"promptTokenCount":100,"candidatesTokenCount":5,"thoughtsTokenCount":20,"toolUsePromptTokenCount":10,"totalTokenCount":135}""", "0.0003875")]
    // The prompt alone is compared with the threshold: 200,000 × 1.25 + 50 × 1.25
    [InlineData("google-gemini", "gemini-2.5-pro", "generateContent", """{"promptTokenCount":200000,"toolUsePromptTokenCount":50,"totalTokenCount":200050}""", "0.2500625")]
    // 400 × 0.125 + 600 × 1.25
    [InlineData("vertex", "gemini-2.5-pro", "generateContent", """{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":0,"totalTokenCount":1000,"trafficType":"ON_DEMAND"}""", "0.0008")]
    // gemini-embedding-2: 10 text × 0.2, 20 audio × 6.5, 30 video × 12, 40 images × 0.45
    [InlineData("google", "gemini-embedding-2", "embedContent", """{"promptTokenCount":100,"promptTokensDetails":[{"modality":"TEXT","tokenCount":10},{"modality":"AUDIO","tokenCount":20},{"modality":"VIDEO","tokenCount":30},{"modality":"IMAGE","tokenCount":40}]}""", "0.00051")]
    // 5 text × 2.5, 1290 image × 30
    [InlineData("google", "gemini-2.5-flash-image", "generateContent", """{"promptTokenCount":0,"candidatesTokenCount":1295,"candidatesTokensDetails":[{"modality":"TEXT","tokenCount":5},{"modality":"IMAGE","tokenCount":1290}],"totalTokenCount":1295}""", "0.0387125")]
    // Converse's cache stands apart; us. is 10 % dearer: 10 × 2.2 + 100 × 0.11 + 8 × 4.4 (one hour: twice the input) + 5 × 11
    [InlineData("bedrock", "us.anthropic.claude-sonnet-5-5", "converse", """{"inputTokens":10,"outputTokens":5,"totalTokens":123,"cacheReadInputTokens":100,"cacheWriteInputTokens":8,"cacheDetails":[{"ttl":"1h","inputTokens":8}]}""", "0.0001232")]
    [InlineData("bedrock", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-5-5", "converse", """{"inputTokens":10,"outputTokens":0}""", "0.000022")]
    [InlineData("bedrock", "us.anthropic.claude-sonnet-5-5", "invoke", """{"input_tokens":10,"cache_read_input_tokens":100,"output_tokens":5}""", "0.000088")]
    // amazon.titan-embed-text-v2: 0.02
    [InlineData("bedrock", "amazon.titan-embed-text-v2:0", "invoke", """{"inputTextTokenCount":100}""", "0.000002")]
    // 600 × 1.5 + 400 × 0.15 + 100 × 7.5
    [InlineData("mistral", "mistral-medium-latest", "chat.completions", """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"num_cached_tokens":400}""", "0.00171")]
    // 4 for a thousand pages
    [InlineData("mistral", "mistral-ocr-4-0", "ocr", """{"pages_processed":3,"doc_size_bytes":1000}""", "0.012")]
    // What is billed, not what the template adds: 10 × 2.5 + 5 × 10
    [InlineData("cohere", "command-a-03-2025", "v2.chat", """{"billed_units":{"input_tokens":10,"output_tokens":5},"tokens":{"input_tokens":200,"output_tokens":5},"cached_tokens":3}""", "0.000075")]
    [InlineData("cohere", "rerank-v3.5", "rerank", """{"api_version":{"version":"2"},"billed_units":{"search_units":3}}""", "0.006")]
    // 600 × 0.15 + 400 × 0.003 + 100 × 0.6
    [InlineData("deepseek", "deepseek-flash", "chat.completions", """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_cache_hit_tokens":400,"prompt_cache_miss_tokens":600}""", "0.0001512")]
    // 800 × 0.15 + 200 × 0.075 + 10 × 0.6
    [InlineData("groq", "openai/gpt-oss-120b", "chat.completions", """{"prompt_tokens":1000,"completion_tokens":10,"queue_time":-0.5,"prompt_tokens_details":{"cached_tokens":200}}""", "0.000141")]
    // Reasoning apart in chat: 10 × 1.25 + (5 + 100) × 2.5; inside in Responses: 10 × 1.25 + 105 × 2.5
    [InlineData("xai", "grok-4.20", "chat.completions", """{"prompt_tokens":10,"completion_tokens":5,"total_tokens":115,"completion_tokens_details":{"reasoning_tokens":100}}""", "0.000275")]
    [InlineData("xai", "grok-4.20", "responses", """{"input_tokens":10,"output_tokens":105,"output_tokens_details":{"reasoning_tokens":100}}""", "0.000275")]
    // Inclusive at 200,000: × 2.5
    [InlineData("xai", "grok-4.20", "chat.completions", """{"prompt_tokens":200000,"completion_tokens":0}""", "0.5")]
    // Deep research: 33 × 2 + 7163 × 8 + 73997 reasoning × 3 + 20016 citations × 2 + 18 searches × 0.005
    [InlineData("perplexity", "sonar-deep-research", "chat.completions", """{"prompt_tokens":33,"completion_tokens":7163,"total_tokens":7196,"citation_tokens":20016,"num_search_queries":18,"reasoning_tokens":73997}""", "0.409393")]
    // Its others: reasoning inside; the fee contains the searches: 10 × 3 + 20 × 15 + 14 for a thousand
    [InlineData("perplexity", "sonar-pro", "chat.completions", """{"prompt_tokens":10,"completion_tokens":20,"reasoning_tokens":15,"num_search_queries":3,"search_context_size":"high"}""", "0.01433")]
    // 700 × 3 + 300 × 0.3
    [InlineData("moonshot", "kimi-k3", "chat.completions", """{"prompt_tokens":1000,"completion_tokens":0,"cached_tokens":300}""", "0.00219")]
    // minimax-m3 by Anthropic's API: 10 × 0.3 + 100 × 0.06 + 5 × 1.2
    [InlineData("minimax", "minimax-m3", "messages", """{"input_tokens":10,"cache_read_input_tokens":100,"output_tokens":5}""", "0.000015")]
    // What OpenRouter charged
    [InlineData("openrouter", "openai/gpt-4o-mini", "chat.completions", """{"prompt_tokens":1,"completion_tokens":2,"cost":1.2E-05}""", "0.000012")]
    public void Usage_IsPricedByTheProvidersRules(string provider, string model, string api, string usage, string cost)
    {
        Assert.Equal(cost, PricedLine.CostOf(PricedLine.Price(provider, model, api, usage)));
    }

    [Theory]
    [InlineData(""","batch":true""", "0.00075")] // 100 × 5 + 10 × 25
    [InlineData(""","service_tier":"flex" """, "0.00075")]
    [InlineData(""","service_tier":"priority" """, "0.003")]
    [InlineData(""","service_tier":"default" """, "0.0015")]
    [InlineData(""","service_tier":null""", "0.0015")]
    [InlineData(""","region":"eu" """, "0.00165")] // 10 % for data residency
    [InlineData(""","region":"global" """, "0.0015")]
    [InlineData(""","batch":true,"region":"us" """, "0.000825")]
    public void TierBatchAndRegion_DecideThePrice(string more, string cost)
    {
        Assert.Equal(cost, PricedLine.CostOf(PricedLine.Price("openai", "gpt-6-astra", "chat.completions", """{"prompt_tokens":100,"completion_tokens":10}""", more)));
    }

    [Theory]
    [InlineData("openai", "dall-e-3", "images.generations", """{"size":"1024x1792","quality":"hd","n":2}""", "0.24")]
    [InlineData("openai", "dall-e-3", "images.generations", """{"prompt":"a cat"}""", "0.04")]
    [InlineData("openai", "dall-e-3", "images.generations", """{"size":"auto","quality":"auto"}""", "0.04")]
    [InlineData("openai", "dall-e-2", "images.generations", """{"size":"256x256","n":3}""", "0.048")]
    [InlineData("google", "imagen-4.0-generate-001", "predict", """{"sampleCount":4}""", "0.16")]
    [InlineData("stability", "ultra", "images.generations", """{"n":1}""", "0.08")]
    [InlineData("openai", "tts-1", "audio.speech", """{"input":"Gr\u00fc\u00dfe \ud83d\ude00"}""", "0.000105")]
    [InlineData("openai", "tts-1", "audio.speech", """{"characters":1234}""", "0.01851")]
    [InlineData("openai", "whisper-1", "audio.transcriptions", """{"seconds":10}""", "0.001")]
    [InlineData("deepgram", "nova-3", "audio.transcriptions", """{"duration":3600.5}""", "0.25803583333333333333")]
    [InlineData("openai", "sora-2", "videos", """{"seconds":"8","size":"1280x720"}""", "0.8")]
    [InlineData("google", "veo-3.1-fast-generate-preview", "predictLongRunning", """{"durationSeconds":8,"resolution":"1080p"}""", "0.96")]
    [InlineData("cohere", "rerank-v4.0-pro", "rerank", """{"search_units":2}""", "0.005")]
    public void WhatTheRequestAlonesSays_IsPriced(string provider, string model, string api, string request, string cost)
    {
        Assert.Equal(cost, PricedLine.CostOf(PricedLine.Price($$"""{"provider":"{{provider}}","model":"{{model}}","api":"{{api}}","at":"2026-11-21","request":{{request}}}""")));
    }

    [Theory]
    [InlineData("low", "0.006")]
    [InlineData("medium", "0.01")]
    [InlineData("high", "0.014")]
    public void PerplexitysFee_DependsOnTheSearchContext(string size, string fee)
    {
        var output = PricedLine.Price("perplexity", "sonar-pro", "chat.completions", """{"prompt_tokens":0,"completion_tokens":0}""", $$$""","request":{"web_search_options":{"search_context_size":"{{{size}}}"}}""");

        Assert.Equal(fee, PricedLine.CostOf(output));
    }

    [Fact]
    public void AnnotatedPages_HaveTheirOwnPrice()
    {
        Assert.Equal("0.015", PricedLine.CostOf(PricedLine.Price("mistral", "mistral-ocr-latest", "ocr", """{"pages_processed":3}""", ""","request":{"document_annotation_format":{"type":"json_schema"}}""")));
    }

    [Fact]
    public void RealtimesCache_IsSplitByKindWhereItIsReported()
    {
        var prices = AccountingFixture.Catalogue.Find("openai", "gpt-realtime")!.PeriodAt(AccountingFixture.Now)!.Standard.Tokens;
        var output = PricedLine.Price("openai", "gpt-realtime", "realtime", """{"input_tokens":150,"output_tokens":0,"input_token_details":{"text_tokens":100,"audio_tokens":50,"cached_tokens":40,"cached_tokens_details":{"text_tokens":10,"audio_tokens":30}}}""");

        var expected = (90 * prices.Input) + (10 * prices.CachedInput) + (20 * prices.AudioInput) + (30 * prices.AudioCachedInput);
        Assert.Equal(expected, decimal.Parse(PricedLine.CostOf(output), CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("2026-11-30T23:59:59.999Z", "2")]
    [InlineData("2026-12-01T00:00:00Z", "4")]
    [InlineData("2026-12-01T00:30:00+01:00", "2")]
    [InlineData("2026-12-01", "4")]
    [InlineData("2026-11-30T23:00:00", "2")]
    [InlineData("2026-12-01 00:00:00+00:00", "4")]
    public void Period_IsThatOfTheInstant(string at, string cost)
    {
        Assert.Equal(cost, PricedLine.CostOf(PricedLine.Price("google", "gemini-4-argon", "embeddings", """{"prompt_tokens":1000000}""", at: at)));
    }

    [Theory]
    [InlineData("2026-11-20T03:59:59Z", "0.0003")]
    [InlineData("2026-11-20T04:00:00Z", "0.00015")]
    [InlineData("2026-11-21T02:00:00Z", "0.00015")] // Saturday
    public void PeakHours_Apply(string at, string cost)
    {
        Assert.Equal(cost, PricedLine.CostOf(PricedLine.Price("deepseek", "deepseek-flash", "chat.completions", """{"prompt_tokens":1000,"completion_tokens":0}""", at: at)));
    }

    [Fact]
    public void Parts_SumToTheCost()
    {
        var output = PricedLine.Price("anthropic", "claude-opus-5-5", "messages", """{"input_tokens":11,"cache_read_input_tokens":103,"cache_creation_input_tokens":57,"output_tokens":7,"server_tool_use":{"web_search_requests":1}}""");

        var parts = output.GetProperty("parts").EnumerateObject().ToDictionary(part => part.Name, part => decimal.Parse(part.Value.GetString()!, CultureInfo.InvariantCulture));
        Assert.Equal(["input", "cached_input", "cache_write", "output", "other"], parts.Keys);
        Assert.Equal(decimal.Parse(output.GetProperty("cost_usd").GetString()!, CultureInfo.InvariantCulture), parts.Values.Sum());
    }

    [Theory]
    [InlineData("openai", "no-such-model", "chat.completions", """{"prompt_tokens":1}""", "no price for openai/no-such-model")]
    [InlineData("ollama", "llama3", "chat.completions", """{"prompt_tokens":1}""", "no price for ollama/llama3")]
    [InlineData("openai", "dall-e-3", "images.generations", """{}""", "the usage reports nothing that is billed")]
    [InlineData("anthropic", "claude-opus-5-5", "count_tokens", """{"input_tokens":5}""", "calls of count_tokens have no list price of their own")]
    [InlineData("openai", "text-embedding-3-large", "embeddings", """{"prompt_tokens":1}""", "no price for service tier flex of openai/text-embedding-3-large", ""","service_tier":"flex" """)]
    [InlineData("openai", "dall-e-3", "images.generations", """{}""", "no price for images of hd 512x512 of openai/dall-e-3", ""","request":{"quality":"hd","size":"512x512"}""")]
    [InlineData("deepseek", "deepseek-flash", "chat.completions", """{"prompt_tokens":1}""", "no price for web searches of deepseek/deepseek-flash", ""","request":{"web_searches":1}""")]
    public void UnknownPrice_SaysWhy(string provider, string model, string api, string usage, string reason, string more = "")
    {
        Assert.Equal(reason, PricedLine.Price(provider, model, api, usage, more).GetProperty("unpriced").GetString());
    }

    [Fact]
    public void Id_ComesBackAsItWas()
    {
        Assert.Equal("\"a\\u00e9\"", PricedLine.Price("openai", "o3", "responses", """{"input_tokens":1}""", ""","id":"a\u00e9" """).GetProperty("id").GetRawText());
        Assert.Equal("12345678901234567890", PricedLine.Price("""{"id":12345678901234567890}""").GetProperty("id").GetRawText());
        Assert.False(PricedLine.Price("openai", "o3", "responses", """{"input_tokens":1}""").TryGetProperty("id", out _));
    }

    [Fact]
    public void RoutingFilesPrices_ComeFirst_DeploymentsBeforeProviders()
    {
        var config = new GatewayConfig
        {
            Providers = new Dictionary<string, ProviderConfig> { ["mine"] = new ProviderConfig { Kind = "openai" } },
            Deployments = new Dictionary<string, DeploymentConfig>
            {
                ["cheap"] = new DeploymentConfig { Provider = "mine", Model = "o3", Price = new PriceConfig { Discount = 0.5m } },
                ["whole"] = new DeploymentConfig { Provider = "mine", Model = "o3", Price = new PriceConfig { Input = 1, Output = 1 } },
            },
            Prices = new Dictionary<string, PriceConfig> { ["mine/o3"] = new PriceConfig { Discount = 0.1m } },
        };
        const string Line = """{"provider":"mine","model":"o3","api":"responses","at":"2026-11-21","usage":{"input_tokens":1000000}""";

        // o3: 2
        Assert.Equal("1.8", PricedLine.CostOf(PricedLine.Price(Line + "}", config)));
        Assert.Equal("0.9", PricedLine.CostOf(PricedLine.Price(Line + ""","deployment":"cheap"}""", config)));
        Assert.Equal("1", PricedLine.CostOf(PricedLine.Price(Line + ""","deployment":"whole"}""", config)));
    }
}
