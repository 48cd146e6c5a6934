using System.Globalization;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>
/// Pins that what real providers sent goes through the gateway as it was, but for the closed list of edits, both ways; that it is
/// metered by the provider's own numbers, however the bytes are cut; and that errors reach callers as docs/features/failover.md says.
/// </summary>
[Collection(RecordedCollection.Name)]
public sealed class RecordedTrafficTests(RecordedGateway gateway)
{
    // Byte by byte takes a flush for each: larger streams are cut into pieces of seven only.
    private const int LargestByteByByte = 24 * 1024;

    // So that content is on its way before the error comes; together they would fail over unseen.
    private static readonly TimeSpan BetweenEvents = TimeSpan.FromMilliseconds(20);

    public static TheoryData<string> Ids => [.. RecordedSelection.Ids()];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task RecordedExchange_PassesThroughTheGateway(string id)
    {
        RecordedTraffic.FolderOrSkip();
        var exchange = gateway.Exchanges[id];
        var hasPassed = false;
        try
        {
            var answer = await gateway.SendAsync(exchange, Breaks(exchange) ? new ReplayOptions { Delay = BetweenEvents } : null);
            CheckRequest(exchange, answer);
            if (exchange.Status >= 400)
            {
                CheckError(exchange, answer);
            }
            else if (Breaks(exchange))
            {
                await CheckBrokenAsync(exchange, answer);
            }
            else
            {
                await CheckAnswerAsync(exchange, answer);
                foreach (var size in Splits(exchange))
                    await CheckAnswerAsync(exchange, await gateway.SendAsync(exchange, new ReplayOptions { SplitBytes = size }));
            }
            hasPassed = true;
        }
        finally
        {
            gateway.Tally(exchange.Provider, hasPassed);
        }
    }

    private static int[] Splits(RecordedExchange exchange) =>
        !exchange.AnswerIsStream ? [] : exchange.ResponseBody.Length <= LargestByteByByte ? [1, 7] : [7];

    private void CheckRequest(RecordedExchange exchange, ReceivedAnswer answer)
    {
        if (gateway.Upstream.Received.Count == 0)
        {
            // The gateway refused it by itself: right only where the provider did too.
            Assert.Equal(400, exchange.Status);
            Assert.Equal(400, answer.Status);
            return;
        }
        var received = Assert.Single(gateway.Upstream.Received);
        Assert.Equal(exchange.Method, received.Method);
        var model = Uri.EscapeDataString(RecordedRequest.UpstreamModel(exchange));
        var (path, query) = (exchange.Provider, exchange.Endpoint) switch
        {
            ("azure-openai", "responses") => ("/azure-openai/openai/v1/responses", ""),
            ("azure-openai", _) => ($"/azure-openai/openai/deployments/{model}/{RecordedSelection.PathOf(exchange)}", "?api-version=2024-10-21"),
            (_, "responses.retrieve") => ($"/{exchange.Provider}/responses/{exchange.Path[(exchange.Path.LastIndexOf('/') + 1)..]}", ""),
            _ => ($"/{exchange.Provider}/{RecordedSelection.PathOf(exchange)}", ""),
        };
        Assert.Equal(path, received.Path);
        Assert.Equal(query, received.Query);
        var isForm = exchange.RequestBody is not null && !exchange.RequestIsJson;
        Assert.Equal(
            RecordedRequest.Expected(exchange),
            isForm ? System.Text.Encoding.Latin1.GetString(received.Body) : received.Body.Length == 0 ? "" : RecordedRequest.Canonical(received.Body));
        Assert.Equal("TEST_KEY", received.Headers[exchange.Provider == "azure-openai" ? "api-key" : "Authorization"].Replace("Bearer ", "", StringComparison.Ordinal));
    }

    private static void CheckError(RecordedExchange exchange, ReceivedAnswer answer)
    {
        var error = JsonDocument.Parse(answer.Body).RootElement.GetProperty("error");
        var recorded = JsonDocument.Parse(exchange.ResponseBody).RootElement.GetProperty("error");
        var message = error.GetProperty("message").GetString()!;
        switch (exchange.Status)
        {
            case 404:
                // The model is fixed by the routing file: the operator's mistake, which is not the caller's to see.
                Assert.Equal(502, answer.Status);
                Assert.Equal("upstream_error", error.GetProperty("code").GetString());
                Assert.Equal("1", answer.Headers["Retry-After"]);
                break;
            case 429:
                Assert.Equal(429, answer.Status);
                Assert.InRange(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 60);
                break;
            default:
                Assert.Equal(exchange.Status, answer.Status);
                Assert.Equal(recorded.GetProperty("type").GetString(), error.GetProperty("type").GetString());
                if (answer.Headers.ContainsKey("x-gateway-attempts"))
                {
                    Assert.Equal(recorded.GetProperty("message").GetString()!.ReplaceLineEndings(" ").Trim(), message);
                }
                break;
        }
    }

    private async Task CheckAnswerAsync(RecordedExchange exchange, ReceivedAnswer answer)
    {
        Assert.Equal(exchange.Status, answer.Status);
        Assert.False(answer.IsBroken);
        var expected = ExpectedAnswer.Of(exchange);
        var text = RecordedSelection.IsResponses(exchange) ? ExpectedAnswer.Unseal(answer.Text, expected, exchange.AnswerIsStream)
            : exchange.AnswerIsStream ? ExpectedAnswer.WithoutCost(answer.Text, expected) : answer.Text;
        Assert.Equal(expected, text);
        Assert.Equal(exchange.ContentType, answer.Headers.GetValueOrDefault("Content-Type", ""));

        var record = await gateway.RecordAsync(answer.RequestId);
        Assert.Equal("completed", record.GetProperty("outcome").GetString());
        CheckMetering(exchange, record);
        if (!exchange.AnswerIsStream && record.TryGetProperty("cost_usd", out var cost) && exchange.ResponseBody.Length <= 256 * 1024)
            Assert.Equal(cost.GetString(), answer.Headers["x-gateway-cost"]);
    }

    /// <summary>An error in the middle of a 200: seen by the caller as an error event and a reset, or not at all when nothing had been sent yet.</summary>
    private async Task CheckBrokenAsync(RecordedExchange exchange, ReceivedAnswer answer)
    {
        var record = await gateway.RecordAsync(answer.RequestId);
        if (answer.Status == 502)
        {
            Assert.Equal("error_event", record.GetProperty("attempts")[0].GetProperty("outcome").GetString());
            return;
        }
        Assert.Equal(200, answer.Status);
        Assert.True(answer.IsBroken);
        Assert.Equal(ExpectedAnswer.Of(exchange), answer.Text);
        Assert.Contains("\"error\"", answer.Text[(answer.Text[..^2].LastIndexOf("\n\n", StringComparison.Ordinal) + 2)..], StringComparison.Ordinal);
        Assert.Equal("cut_by_upstream", record.GetProperty("outcome").GetString());
        Assert.True(record.TryGetProperty("usage", out _));
    }

    private static bool Breaks(RecordedExchange exchange) => exchange.Features.Contains("error_in_200") || exchange.Features.Contains("no_terminal_event");

    private static void CheckMetering(RecordedExchange exchange, JsonElement record)
    {
        if (exchange.Endpoint == "responses.retrieve" && !record.TryGetProperty("usage", out _))
        {
            // What an answer consumed is billed when it is made; only one begun in the background is billed when it is first read.
            return;
        }
        if (ProviderUsage.Last(exchange) is not { } reported)
        {
            if (record.TryGetProperty("usage", out var estimated))
                Assert.True(estimated.GetProperty("estimated").GetBoolean() || estimated.TryGetProperty("images", out _));
            return;
        }
        var usage = record.GetProperty("usage");
        var counts = ProviderUsage.Counts(reported);
        Assert.Equal(
            counts.OrderBy(count => count.Key, StringComparer.Ordinal),
            usage.EnumerateObject().Where(member => member.Name.EndsWith("_tokens", StringComparison.Ordinal) && member.Value.GetInt64() != 0)
                .Select(member => KeyValuePair.Create(member.Name, member.Value.GetInt64())).OrderBy(count => count.Key, StringComparer.Ordinal));
        Assert.False(usage.GetProperty("estimated").GetBoolean());
        if (reported.TryGetProperty("seconds", out var seconds))
            Assert.Equal(seconds.GetDecimal(), usage.GetProperty("audio_seconds").GetDecimal());
        if (ProviderUsage.ReportedCost(reported) is { } cost)
            Assert.Equal(cost, decimal.Parse(record.GetProperty("cost_reported").GetString()!, CultureInfo.InvariantCulture));
        if (ProviderUsage.Price(exchange, reported) is { } price)
            Assert.Equal(price, decimal.Parse(record.GetProperty("cost_usd").GetString()!, CultureInfo.InvariantCulture));
    }
}
