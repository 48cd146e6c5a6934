using System.Text.Json;
using AiGateway.FunctionalTests.Failover;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>With a neutral key callers of different dialects share answers, each in its own; without one they do not.</summary>
public sealed class DialectTests(CachingFixture fixture) : IClassFixture<CachingFixture>
{
    private static readonly Dictionary<string, string> Questions = new()
    {
        ["v1/chat/completions"] = """{"model":"MODEL","max_tokens":99,"messages":[{"role":"user","content":"TEXT"}]STREAM}""",
        ["v1/messages"] = """{"model":"MODEL","max_tokens":99,"messages":[{"role":"user","content":"TEXT"}]STREAM}""",
        ["v1/responses"] = """{"model":"MODEL","max_output_tokens":99,"store":false,"input":"TEXT"STREAM}""",
    };

    [Theory]
    [InlineData("v1/chat/completions", false, "v1/messages", false)]
    [InlineData("v1/chat/completions", false, "v1/messages", true)]
    [InlineData("v1/messages", true, "v1/chat/completions", false)]
    [InlineData("v1/messages", false, "v1/chat/completions", true)]
    public async Task ANeutralKey_IsTheSameInBothDialects_AndEachReadsItsOwn(string first, bool streamsFirst, string second, bool streamsSecond)
    {
        var text = $"neutral {first} {streamsFirst} {streamsSecond}";
        var one = await AskAsync("neutral", text, first, streamsFirst);
        var two = await AskAsync("neutral", text, second, streamsSecond);

        Assert.Equal((200, "miss"), (one.Status, one.Header("x-gateway-cache")));
        Assert.Equal((200, "hit"), (two.Status, two.Header("x-gateway-cache")));
        Assert.Contains($"Simulated answer to: {text}"[..30], two.Body.Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal);
        if (!streamsSecond)
        {
            var body = JsonSerializer.Deserialize<JsonElement>(two.Body);
            Assert.True(body.TryGetProperty(second == "v1/messages" ? "stop_reason" : "choices", out _), two.Body);
        }
        else
        {
            Assert.Contains(second == "v1/messages" ? "event: message_stop" : "data: [DONE]", two.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WithoutANeutralKey_EachDialectHasItsOwn()
    {
        await AskAsync("cached", "apart", "v1/chat/completions", stream: false);

        Assert.Equal("miss", (await AskAsync("cached", "apart", "v1/messages", stream: false)).Header("x-gateway-cache"));
    }

    [Fact]
    public async Task InFlight_CallersOfDifferentDialectsShareACall()
    {
        var before = await fixture.Simulator.Control.RequestsAsync();
        await fixture.Simulator.Control.SetFaultAsync("latency=300");
        try
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => AskAsync("neutral", "shared by all", i % 2 == 0 ? "v1/chat/completions" : "v1/messages", stream: i % 3 == 0)));

            Assert.All(answers, answer => Assert.True(answer.Status == 200 && !answer.IsBroken, answer.ToString()));
            Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());
        }
        finally
        {
            await fixture.Simulator.Control.SetFaultAsync(null);
        }
    }

    private Task<ChatAnswer> AskAsync(string model, string text, string path, bool stream) => fixture.AskAsync(
        Questions[path].Replace("MODEL", model, StringComparison.Ordinal).Replace("TEXT", text, StringComparison.Ordinal).Replace("STREAM", stream ? ",\"stream\":true" : "", StringComparison.Ordinal), path);
}
