using System.Text.Json;
using AiGateway.FunctionalTests.Ledger;
using static AiGateway.FunctionalTests.Caching.CachingFixture;
using static AiGateway.FunctionalTests.Caching.SemanticFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Answers that are compared by an alias: its verdict is what is learnt, and without one nothing is.</summary>
public sealed class AliasJudgeTests
{
    [Fact]
    public async Task AnswersThatItCallsTheSame_AreServed_AndItsCallsAreBooked()
    {
        await using var test = await EmbedderFixture.StartAsync(verdict: "SAME");

        var taught = await TeachAsync(test.Gateway, "meaning", "");

        Assert.NotNull(taught);
        var asked = test.Upstream.Received.First(seen => seen.Text.Contains("judge-model", StringComparison.Ordinal));
        var messages = JsonDocument.Parse(asked.Body).RootElement.GetProperty("messages");
        var data = JsonDocument.Parse(messages[1].GetProperty("content").GetString()!).RootElement;
        Assert.StartsWith("What's the capital city of", data.GetProperty("question").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(data.GetProperty("answer_1").GetString(), data.GetProperty("answer_2").GetString());
        var record = await test.Gateway.WaitForRecordAsync(each => each.TryGetProperty("purpose", out var purpose) && purpose.GetString() == "cache_check");
        Assert.Equal(("strong", "alice"), (record.GetProperty("alias").GetString(), record.GetProperty("caller").GetString()));
        var money = (await StatsAsync(test.Gateway, "meaning")).GetProperty("usd");
        foreach (var kind in (string[])["saved", "embedding", "judge"])
            Assert.NotEqual("0", money.GetProperty(kind).GetString());
        await test.Gateway.StopAsync();
        Assert.Contains(LedgerRows.Read(test.Gateway.DataFolder, "select distinct kind from calls"), row => "cache_check".Equals(row[0]));
    }

    [Theory]
    [InlineData("DIFFERENT", 1)]
    [InlineData("I cannot say that they are the SAME.", 0)]
    [InlineData("", 0)]
    public async Task OtherVerdicts_ServeNothing(string verdict, int learnt)
    {
        await using var test = await EmbedderFixture.StartAsync(verdict: verdict);
        await AskInDetailAsync(test.Gateway, Chat("meaning", "What is the capital city of Norway?", ""));
        for (var i = 0; i < 400 && (await StatsAsync(test.Gateway, "meaning")).GetProperty("entries").GetInt64() == 0; i++)
            await Task.Delay(5);

        var second = await AskInDetailAsync(test.Gateway, Chat("meaning", "What's the capital city of Norway?", ""));
        // The judge's call has settled: what it said is taken in right after.
        await test.Gateway.WaitForRecordAsync(each => each.TryGetProperty("purpose", out var purpose) && purpose.GetString() == "cache_check");
        for (var i = 0; i < 400 && learnt > 0 && (await StatsAsync(test.Gateway, "meaning")).GetProperty("judged").GetInt64() < learnt; i++)
            await Task.Delay(5);

        Assert.Equal("miss", second.Header("x-gateway-cache"));
        Assert.Contains("semantic=checked", second.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        Assert.Equal(learnt, (await StatsAsync(test.Gateway, "meaning")).GetProperty("judged").GetInt64());
    }
}
