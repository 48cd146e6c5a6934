using System.Text;

namespace AiGateway.Protocols.Tests;

/// <summary>Usage objects are told apart by their own member names.</summary>
public sealed class UsageObjectTests
{
    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"cache_read_input_tokens":4}""", 10, 5)] // OpenAI's with Anthropic's beside
    [InlineData("""{"input_tokens":10,"output_tokens":5,"input_tokens_details":{"cached_tokens":4}}""", 10, 5)]
    [InlineData("""{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":4}""", 14, 5)]
    [InlineData("""{"promptTokenCount":10,"thoughtsTokenCount":5,"totalTokenCount":15}""", 10, 5)]
    [InlineData("""{"prompt_token_count":10,"candidates_token_count":5,"total_token_count":15}""", 10, 5)]
    [InlineData("""{"inputTokens":10,"outputTokens":5,"cacheReadInputTokens":4}""", 14, 5)]
    [InlineData("""{"billed_units":{"input_tokens":10,"output_tokens":5},"tokens":{"input_tokens":99}}""", 10, 5)]
    [InlineData("""{"prompt_eval_count":10,"eval_count":5}""", 10, 5)]
    [InlineData("""{"prompt_token_count":10,"generation_token_count":5}""", 10, 5)]
    [InlineData("""{"inputTextTokenCount":10,"results":[{"tokenCount":3},{"tokenCount":2}]}""", 10, 5)]
    [InlineData("""{"inputTokenCount":10,"outputTokenCount":5}""", 10, 5)]
    [InlineData("""{"total_tokens":10}""", 10, 0)]
    public void EachShape_IsReadByItsOwnRules(string json, long input, long output)
    {
        var usage = UsageObject.Read(Encoding.UTF8.GetBytes(json), UsageRules.OpenAI, isMessages: false, out _);

        Assert.Equal((input, output), (usage?.InputTokens, usage?.OutputTokens));
    }

    [Fact]
    public void ShapeOfTheMessagesApi_IsSaid_WhereNothingTellsIt()
    {
        var usage = UsageObject.Read("""{"input_tokens":10,"output_tokens":5,"service_tier":"batch","server_tool_use":{"web_search_requests":2}}"""u8.ToArray(), UsageRules.OpenAI, isMessages: true, out var tier);

        Assert.Equal((10, 2, "batch"), (usage!.InputTokens, usage.WebSearches, tier));
    }

    [Theory]
    [InlineData("{\"input_tokens\":1,\"speed\":\"fast\",\"cache_creation\":{}}", "fast")]
    [InlineData("{\"promptTokenCount\":1,\"serviceTier\":\"PRIORITY\"}", "priority")]
    [InlineData("{\"promptTokenCount\":1,\"trafficType\":\"ON_DEMAND_FLEX\"}", "flex")]
    [InlineData("{\"promptTokenCount\":1,\"trafficType\":\"ON_DEMAND\"}", null)]
    public void ServiceTier_IsFoundWhereItStands(string json, string? expected)
    {
        Assert.NotNull(UsageObject.Read(Encoding.UTF8.GetBytes(json), UsageRules.OpenAI, isMessages: false, out var tier));
        Assert.Equal(expected, tier);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{\"promptTokenCount\":")]
    [InlineData("{\"cache_creation\":{}}")]
    public void WhatReportsNothing_IsNull(string json)
    {
        Assert.Null(UsageObject.Read(Encoding.UTF8.GetBytes(json), UsageRules.OpenAI, isMessages: false, out _));
    }
}
