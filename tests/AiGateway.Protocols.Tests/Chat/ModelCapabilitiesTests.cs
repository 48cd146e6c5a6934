using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>The table of capabilities, and what translation to OpenAI's models makes of it.</summary>
public sealed class ModelCapabilitiesTests
{
    private const Capabilities All = Capabilities.Vision | Capabilities.Tools | Capabilities.JsonSchema | Capabilities.Reasoning;

    [Theory]
    [InlineData("gpt-5", All)]
    [InlineData("openai/gpt-5-mini-2025-08-07", All)]
    [InlineData("gpt-5.2", All | Capabilities.SamplingWithoutEffort)]
    [InlineData("gpt-5-chat-latest", Capabilities.Vision | Capabilities.Tools | Capabilities.JsonSchema | Capabilities.Sampling)]
    [InlineData("O3-MINI", Capabilities.Tools | Capabilities.JsonSchema | Capabilities.Reasoning | Capabilities.Stop)]
    [InlineData("o3", All)]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0", All | Capabilities.Sampling)]
    [InlineData("meta-llama/Llama-3.3-70B-Instruct", Capabilities.Tools | Capabilities.JsonSchema | Capabilities.Sampling)]
    [InlineData("gemini-2.5-flash", All | Capabilities.Sampling)]
    public void KnownModels_AreFoundByTheirFamily(string model, Capabilities expected) => Assert.Equal(expected, ModelCapabilities.Of(model));

    [Theory]
    [InlineData("")]
    [InlineData("in-house-7b")]
    [InlineData("foo1")]
    public void UnknownModels_AreUnknown(string model) => Assert.Null(ModelCapabilities.Of(model));

    [Theory]
    [InlineData(Dialect.OpenAIChat, "gpt-5", "temperature", "top_p")]
    [InlineData(Dialect.OpenAIResponses, "o3", "temperature", "top_p")]
    [InlineData(Dialect.OpenAIChat, "gpt-4o", "reasoning")]
    [InlineData(Dialect.OpenAIResponses, "gpt-4o", "reasoning")]
    [InlineData(Dialect.OpenAIChat, "gpt-5.1", "temperature", "top_p")]
    [InlineData(Dialect.OpenAIChat, "in-house-7b")]
    public void WhatTheModelRefuses_IsDroppedAndNamed(Dialect target, string model, params string[] dropped)
    {
        var (body, translation) = Write(target, new Translation { Model = model }, """{"model":"m","max_tokens":2000,"temperature":0.3,"top_p":0.5,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"Hi"}]}""");
        Assert.Equal(dropped, translation.Losses.Where(static loss => loss.IsDropped).Select(static loss => loss.Path));
        Assert.Equal(dropped.Contains("temperature"), !body.TryGetProperty("temperature", out _));
        Assert.Equal(dropped.Contains("reasoning"), !body.TryGetProperty("reasoning_effort", out _) && !body.TryGetProperty("reasoning", out _));
    }

    [Fact]
    public void WithoutThinking_TheLaterModelsTakeATemperature_AndTheRoutingFileKnowsBetterThanTheTable()
    {
        const string Ask = """{"model":"m","max_tokens":2000,"temperature":0.3,"messages":[{"role":"user","content":"Hi"}]}""";
        Assert.Equal(0.3, Write(Dialect.OpenAIChat, new Translation { Model = "gpt-5.1" }, Ask).Body.GetProperty("temperature").GetDouble());
        Assert.False(Write(Dialect.OpenAIChat, new Translation { Model = "gpt-5" }, Ask).Body.TryGetProperty("temperature", out _));
        const string Stopped = """{"model":"m","max_tokens":2000,"stop_sequences":["x"],"messages":[{"role":"user","content":"Hi"}]}""";
        Assert.Equal("x", Write(Dialect.OpenAIChat, new Translation { Model = "o3-mini" }, Stopped).Body.GetProperty("stop")[0].GetString());
        Assert.False(Write(Dialect.OpenAIChat, new Translation { Model = "o3" }, Stopped).Body.TryGetProperty("stop", out _));
        var told = new Translation { Model = "gpt-5", Traits = new TargetTraits { Supports = Capabilities.Sampling } };
        Assert.Equal(0.3, Write(Dialect.OpenAIChat, told, Ask).Body.GetProperty("temperature").GetDouble());
    }

    private static (JsonElement Body, Translation Translation) Write(Dialect target, Translation translation, string ask)
    {
        var output = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(target).WriteRequest(ChatCodecs.Of(Dialect.Anthropic).ReadRequest(Encoding.UTF8.GetBytes(ask)), translation, output);
        return (JsonDocument.Parse(output.WrittenMemory).RootElement, translation);
    }
}
