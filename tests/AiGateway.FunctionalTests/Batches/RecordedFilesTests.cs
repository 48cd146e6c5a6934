using System.Text;
using System.Text.Json.Nodes;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Batches;

/// <summary>Pins that recorded uploads and deletions, OpenAI's and Anthropic's, are the same through the gateway, but for their ids.</summary>
public sealed class RecordedFilesTests
{
    [Fact]
    public async Task RecordedFiles_AreTheSameButForTheirIds()
    {
        var exchanges = RecordedTraffic.All("openai", "files").Concat(RecordedTraffic.All("anthropic", "files")).ToArray();
        Assert.NotEmpty(exchanges);
        await using var upstream = await ReplayProvider.StartAsync(exchanges);
        await using var gateway = await GatewayServer.StartAsync($$"""
            providers:
              openai: { base_url: "{{upstream.Address}}v1", keys: sk-upstream }
              anthropic: { base_url: "{{upstream.Address}}v1", keys: sk-upstream }
            deployments:
              gpt: { provider: openai, model: gpt-4o }
              claude: { provider: anthropic, model: claude-sonnet-4-5 }
            aliases:
              gpt: { groups: [{ deployments: [gpt] }] }
              claude: { groups: [{ deployments: [claude] }] }
            files: { aliases: [gpt, claude] }
            """);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var exchange in exchanges)
        {
            upstream.Clear();
            upstream.Next(exchange.Id);
            var path = ids.Aggregate(exchange.Path, (path, pair) => path.Replace(pair.Key, pair.Value, StringComparison.Ordinal));
            using var request = new HttpRequestMessage(HttpMethod.Parse(exchange.Method), new Uri($"{path}?{exchange.Query}", UriKind.Relative));
            if (exchange.RequestBody is { } body)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", exchange.RequestHeaders["content-type"]);
            }
            if (exchange.Provider == "anthropic")
                request.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
            using var response = await gateway.Client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == exchange.Status, $"{exchange.Id}: {text}");

            var got = JsonNode.Parse(text)!.AsObject();
            var recorded = JsonNode.Parse(exchange.ResponseBody)!.AsObject();
            ids[(string)recorded["id"]!] = (string)got["id"]!;
            Assert.NotEqual((string)recorded["id"]!, (string)got["id"]!);
            got["id"] = (string)recorded["id"]!;
            Assert.True(JsonNode.DeepEquals(recorded, got), $"{exchange.Id}: {text}");
            var seen = Assert.Single(upstream.Received);
            Assert.Equal(exchange.Path, seen.Path);
            Assert.Equal(exchange.RequestBody is null ? "" : Encoding.UTF8.GetString(exchange.RequestBody), Encoding.UTF8.GetString(seen.Body));
        }
    }
}
