using System.Text.RegularExpressions;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Kept answers that are streamed at a pace say the same as those that come at once, in more pieces.</summary>
public sealed class PacedReplayTests(CachingFixture fixture) : IClassFixture<CachingFixture>
{
    private const string Aliases = """
        aliases:
          paced: { groups: [{ deployments: [chat-a] }], cache: { requests: all, replay_tokens_per_second: 2000 } }
        """;

    [Theory]
    [InlineData("v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"pace\"}]", "content")]
    [InlineData("v1/messages", "\"max_tokens\":500,\"messages\":[{\"role\":\"user\",\"content\":\"pace\"}]", "text")]
    [InlineData("v1/responses", "\"store\":false,\"input\":\"pace\"", "delta")]
    public async Task AStream_ComesInPieces_AndIsTheSame(string path, string question, string member)
    {
        await using var gateway = await fixture.AnotherGatewayAsync(Aliases);
        var texts = new List<string>();
        foreach (var alias in (string[])["cached", "paced"])
        {
            await CachingFixture.AskAsync(gateway, $$"""{"model":"{{alias}}",{{question}}}""", path);
            var stream = await CachingFixture.AskAsync(gateway, $$"""{"model":"{{alias}}","stream":true,{{question}}}""", path);

            Assert.Equal((200, "hit", false), (stream.Status, stream.Header("x-gateway-cache"), stream.IsBroken));
            var pieces = Regex.Matches(stream.Body, $"\"{member}\":\"((?:[^\"\\\\]|\\\\.)+)\"", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(match => match.Groups[1].Value).ToList();
            texts.Add(string.Concat(pieces));
            Assert.True(alias == "cached" || pieces.Count > 3, stream.Body);
        }

        Assert.NotEqual("", texts[0]);
        Assert.Equal(texts[0], texts[1]);
    }
}
