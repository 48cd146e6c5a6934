using System.Net;
using System.Text.Json;
using AiGateway.Cli;
using static AiGateway.FunctionalTests.Caching.CachingFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Answers are taken out by the admin listener and the command line, and no others with them.</summary>
public sealed class PurgeTests(CachingFixture fixture) : IClassFixture<CachingFixture>
{
    [Theory]
    [InlineData("alias=cached", true, false)]
    [InlineData("team=red", true, true)]
    [InlineData("team=blue", false, false)]
    [InlineData("model=chat-model", true, true)]
    [InlineData("tag=app%3Dsearch", true, false)]
    [InlineData("all=true", true, true)]
    public async Task ByWhatIsSaid_AndNothingElse(string query, bool first, bool second)
    {
        await using var gateway = await fixture.AnotherGatewayAsync();
        (string, string)[] tagged = [("x-gateway-tags", "app=search")];
        await CachingFixture.AskAsync(gateway, Chat("cached", "purge"), headers: tagged);
        await CachingFixture.AskAsync(gateway, Chat("wide", "purge"));

        var answer = await gateway.Admin.DeleteAsync(new Uri($"admin/cache?{query}", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(first ? "miss" : "hit", (await CachingFixture.AskAsync(gateway, Chat("cached", "purge"), headers: tagged)).Header("x-gateway-cache"));
        Assert.Equal(second ? "miss" : "hit", (await CachingFixture.AskAsync(gateway, Chat("wide", "purge"))).Header("x-gateway-cache"));
    }

    [Fact]
    public async Task ByTheKey_ThatTheDetailNames()
    {
        var detail = (await fixture.AskAsync(Chat("cached", "by key"), headers: ("x-gateway-cache-detail", "true"))).Header("x-gateway-cache-detail");
        var key = detail[(detail.IndexOf("key=", StringComparison.Ordinal) + 4)..];
        await fixture.AskAsync(Chat("cached", "another"));

        await fixture.Gateway.Admin.DeleteAsync(new Uri($"admin/cache?key={key}", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("miss", (await fixture.AskAsync(Chat("cached", "by key"))).Header("x-gateway-cache"));
        Assert.Equal("hit", (await fixture.AskAsync(Chat("cached", "another"))).Header("x-gateway-cache"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?alias=")]
    [InlineData("?alias=a&team=b")]
    [InlineData("?all=yes")]
    [InlineData("?tag=app")]
    [InlineData("?colour=red")]
    public async Task WhatIsNotSaidClearly_TakesNothingOut(string query)
    {
        var answer = await fixture.Gateway.Admin.DeleteAsync(new Uri($"admin/cache{query}", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"message\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatsAndThePurge_ByTheCommandLine()
    {
        await using var gateway = await fixture.AnotherGatewayAsync();
        await CachingFixture.AskAsync(gateway, Chat("cached", "stats"));
        await CachingFixture.AskAsync(gateway, Chat("cached", "stats"));
        var stats = JsonSerializer.Deserialize<JsonElement>(await gateway.Admin.GetStringAsync("admin/cache", TestContext.Current.CancellationToken));
        var (output, error) = (new StringWriter(), new StringWriter());
        var command = new CacheCommand(output, error, static _ => null);
        var url = $"--url={gateway.AdminAddress}";

        var told = await command.RunAsync("stats", CacheCommand.Parse("stats", [url]));
        var purged = await command.RunAsync("purge", CacheCommand.Parse("purge", [url, "--alias", "cached"]));
        var misused = await command.RunAsync("purge", CacheCommand.Parse("purge", [url]));

        Assert.Equal(1, stats.GetProperty("entries").GetInt32());
        Assert.Equal((1, 1), (stats.GetProperty("requests").GetProperty("hit").GetInt32(), stats.GetProperty("requests").GetProperty("miss").GetInt32()));
        Assert.NotEqual("0", stats.GetProperty("saved_usd").GetString());
        Assert.Equal((ExitCode.Good, ExitCode.Good, ExitCode.Misuse), (told, purged, misused));
        Assert.Contains("50.0 % of what was looked up", output.ToString(), StringComparison.Ordinal);
        Assert.Equal("miss", (await CachingFixture.AskAsync(gateway, Chat("cached", "stats"))).Header("x-gateway-cache"));
    }
}
