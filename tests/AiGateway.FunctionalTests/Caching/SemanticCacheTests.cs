using System.Globalization;
using System.Net;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using static AiGateway.FunctionalTests.Caching.CachingFixture;
using static AiGateway.FunctionalTests.Caching.SemanticFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Questions that mean the same: served after evidence and never before, never across what must not be crossed.</summary>
public sealed class SemanticCacheTests(SemanticFixture fixture) : IClassFixture<SemanticFixture>
{
    [Fact]
    public async Task Evidence_ComesBeforeHits_AndAReportTakesItsQuestionOut()
    {
        await using var gateway = await fixture.GatewayAsync();

        var taught = await TeachAsync(gateway, "meaning", SameAnswer);

        Assert.NotNull(taught);
        var (hit, request, places) = taught.Value;
        Assert.InRange(places, 10, Places.Length);
        Assert.Equal(200, hit.Status);
        Assert.InRange(double.Parse(hit.Header("x-gateway-cache-similarity")!, CultureInfo.InvariantCulture), 0.5, 1);
        Assert.Equal("0", hit.Header("x-gateway-cost"));
        Assert.Contains("semantic=served", hit.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        var id = hit.Header("x-request-id")!;
        var record = await gateway.ReadRecordsAsync(id);
        Assert.Equal(("semantic_hit", "served"), (record.GetProperty("cache").GetString(), record.GetProperty("cache_semantic").GetString()));
        Assert.True(record.TryGetProperty("cache_saved_usd", out _));
        var stats = await StatsAsync(gateway, "meaning");
        Assert.True(stats.GetProperty("limit").GetDouble() < 0.25);
        Assert.Contains("aigateway_cache_semantic_look_duration_seconds_count{alias=\"meaning\"}", await gateway.Admin.GetStringAsync("metrics"), StringComparison.Ordinal);

        var said = $$"""{"request_id":"{{id}}","verdict":"wrong"}""";
        Assert.Equal(HttpStatusCode.NotFound, (await ReportAsync(gateway, said, Bob)).Status);
        Assert.Equal((HttpStatusCode.OK, true), await ReportAsync(gateway, said, Alice));
        Assert.Equal((HttpStatusCode.OK, false), await ReportAsync(gateway, said, Alice));
        var again = await AskInDetailAsync(gateway, request);
        Assert.Equal("miss", again.Header("x-gateway-cache"));
    }

    [Fact]
    public async Task AnswersThatDiffer_AreNeverServed()
    {
        await using var gateway = await fixture.GatewayAsync();

        var taught = await TeachAsync(gateway, "meaning", "");

        Assert.Null(taught);
        var stats = await StatsAsync(gateway, "meaning");
        Assert.Equal(0, stats.GetProperty("looks").GetProperty("served").GetInt64());
        // Few: once it is clear that they are wrong, most are not compared.
        Assert.True(stats.GetProperty("judged").GetInt64() > 0);
        Assert.Equal(1, stats.GetProperty("limit").GetDouble());
    }

    [Fact]
    public async Task ATrial_DecidesAndServesNothing()
    {
        await using var gateway = await fixture.GatewayAsync();

        var taught = await TeachAsync(gateway, "trial", SameAnswer);

        Assert.Null(taught);
        var stats = await StatsAsync(gateway, "trial");
        Assert.True(stats.GetProperty("looks").GetProperty("would_serve").GetInt64() > 0);
        Assert.Equal(0, stats.GetProperty("looks").GetProperty("served").GetInt64());
        Assert.Equal("shadow", stats.GetProperty("mode").GetString());
    }

    [Fact]
    public async Task WhatMustNotBeCrossed_IsNotCrossed()
    {
        await using var gateway = await fixture.GatewayAsync();
        Assert.NotNull(await TeachAsync(gateway, "meaning", SameAnswer));
        const string Asked = "Who was the king of Norway in 1905?";
        Assert.Equal(200, (await AskInDetailAsync(gateway, Chat("meaning", Asked, SameAnswer))).Status);

        var number = await UntilAsync(gateway, Chat("meaning", "Who was the king of Norway in 1906?", SameAnswer), Alice, "semantic=vetoed");
        var byAnother = await AskInDetailAsync(gateway, Chat("meaning", "Who was the king of Norway in 1907?", SameAnswer), Ann);
        var tenant = await AskInDetailAsync(gateway, Chat("meaning", "Who was king of Norway in 1905?", SameAnswer), Bob);
        var system = await AskInDetailAsync(gateway, """{"model":"meaning","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Who was king of Norway in 1905?"}]""" + SameAnswer + "}");
        var tools = await AskInDetailAsync(gateway, Chat("meaning", "Who was king of Norway in 1905?", SameAnswer + ""","tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"none" """));
        var sampling = await AskInDetailAsync(gateway, Chat("meaning", "Who was king of Norway in 1905?", SameAnswer + ""","temperature":0.5"""));
        var image = await AskInDetailAsync(gateway, """{"model":"meaning","messages":[{"role":"user","content":[{"type":"text","text":"Who was king of Norway in 1905?"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]""" + SameAnswer + "}");

        Assert.Contains("1905 != 1906", number, StringComparison.Ordinal);
        Assert.Contains("semantic=vetoed", byAnother.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        Assert.DoesNotContain("1905", byAnother.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        foreach (var apart in (ChatAnswer[])[tenant, system, tools, sampling])
            Assert.Contains("semantic=nothing_near", apart.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        Assert.Contains("semantic=no_text", image.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatWasLearnt_OutlivesTheProcess_AndAnotherEmbedderStartsAnew()
    {
        var folder = Directory.CreateTempSubdirectory("semantic-");
        try
        {
            await using (var before = await fixture.GatewayAsync(dataFolder: folder.FullName))
            {
                Assert.NotNull(await TeachAsync(before, "meaning", SameAnswer));
                await before.StopAsync();
            }
            await using var gateway = await fixture.GatewayAsync(dataFolder: folder.FullName);
            var taught = await TeachAsync(gateway, "meaning", SameAnswer);
            Assert.NotNull(taught);
            Assert.InRange(taught.Value.Places, 0, 9);

            var yaml = await File.ReadAllTextAsync(gateway.RoutingFile);
            await File.WriteAllTextAsync(gateway.RoutingFile, yaml.Replace("embedder: static", "embedder: sentence", StringComparison.Ordinal));
            for (var i = 0; i < 1000 && (await StatsAsync(gateway, "meaning")).GetProperty("entries").GetInt64() > 0; i++)
                await Task.Delay(10);
            var after = await StatsAsync(gateway, "meaning");
            Assert.Equal((0, 1), (after.GetProperty("entries").GetInt64(), after.GetProperty("limit").GetDouble()));
            var asked = await AskInDetailAsync(gateway, taught.Value.Request);
            Assert.Contains("semantic=nothing_near", asked.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task WhoHasSpentAll_GetsExactHitsOnly()
    {
        await using var gateway = await fixture.GatewayAsync("""
            limits:
              - { on: key, tokens: 60/hour }
            """);
        await AskInDetailAsync(gateway, Chat("meaning", "What is the capital city of Peru?", SameAnswer + ""","max_tokens":50"""));
        ChatAnswer? refused = null;
        for (var i = 0; i < 30 && refused is not { Status: 429 }; i++)
            refused = await AskInDetailAsync(gateway, Chat("meaning", $"What's the capital city of {Places[i]}?", SameAnswer + ""","max_tokens":50"""));

        Assert.Equal(429, refused!.Status);
        Assert.Contains("semantic=spent", refused.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"request_id":1,"verdict":"wrong"}""")]
    [InlineData("""{"request_id":"req_1","verdict":"right"}""")]
    public async Task FeedbackThatIsNone_IsRefused(string body)
    {
        await using var gateway = await fixture.GatewayAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await ReportAsync(gateway, body, Alice)).Status);
    }

    // Keeping a question is done where nobody waits for it.
    private static async Task<string> UntilAsync(GatewayServer gateway, string body, string key, string wanted)
    {
        for (var i = 0; ; i++)
        {
            var detail = (await CachingFixture.AskAsync(gateway, body, key: key, headers: [("x-gateway-cache-detail", "true"), ("x-gateway-cache-ttl", "1s")])).Header("x-gateway-cache-detail")!;
            if (detail.Contains(wanted, StringComparison.Ordinal) || i == 100)
                return detail;
            await Task.Delay(20);
        }
    }
}
