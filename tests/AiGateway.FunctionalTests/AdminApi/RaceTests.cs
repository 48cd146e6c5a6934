using System.Net;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;

namespace AiGateway.FunctionalTests.AdminApi;

/// <summary>Many operators and scripts at once: repetitions make one entry, lost updates are refused, and nothing that was revoked slips through.</summary>
public sealed class RaceTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    private const int Seed = 20261121;

    [Fact]
    public async Task TheSameCreation_ManyTimesAtOnce_MakesOneEntry_AndShowsItsKeyOnce()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);

        var byId = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => node.AskAsync("POST", "keys", """{"id":"one","team":"red"}""")));
        var byHeader = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => node.AskAsync("POST", "keys", """{"team":"red"}""", AdminNode.WriteKey, ("Idempotency-Key", "k-1"))));
        var other = await node.AskAsync("POST", "keys", """{"team":"blue"}""", AdminNode.WriteKey, ("Idempotency-Key", "k-1"));

        foreach (var answers in new[] { byId, byHeader })
        {
            var made = Assert.Single(answers, static answer => answer.Status == HttpStatusCode.Created);
            Assert.All(answers.Where(answer => answer != made), answer =>
            {
                Assert.Equal(HttpStatusCode.OK, answer.Status);
                Assert.True(answer.IsReplay);
                Assert.False(answer.Body.TryGetProperty("key", out _));
                Assert.Equal(made.Text("id"), answer.Text("id"));
            });
            Assert.Equal(HttpStatusCode.OK, await node.CallAsync(made.Text("key")));
        }
        Assert.Equal("idempotency_key_reused", other.Code);
        Assert.Equal("conflict", (await node.AskAsync("POST", "keys", """{"id":"one","team":"blue"}""")).Code);
    }

    [Fact]
    public async Task ChangesOnTopOfTheSameRevision_OneIsMade_TheOthersAreToldOfIt()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        await node.NewKeyAsync("""{"id":"a"}""");
        var tag = (await node.AskAsync("GET", "keys/a")).Tag!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => node.AskAsync("PATCH", "keys/a", $$"""{"team":"team-{{i}}"}""", AdminNode.WriteKey, ("If-Match", tag))));

        var winner = Assert.Single(answers, static answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer != winner), static answer => Assert.Equal(HttpStatusCode.PreconditionFailed, answer.Status));
        Assert.Equal(winner.Text("team"), (await node.AskAsync("GET", "keys/a")).Text("team"));
        Assert.Equal(HttpStatusCode.NotModified, (await node.AskAsync("GET", "keys/a", null, AdminNode.ReadKey, ("If-None-Match", winner.Tag!))).Status);
    }

    [Fact]
    public async Task KeysMadeAndRevokedInParallel_EachStandsAsItsLastAnswerSaid()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        var random = new Random(Seed);
        var revoked = Enumerable.Range(0, 60).Select(_ => random.Next(2) == 0).ToArray();

        await Parallel.ForEachAsync(Enumerable.Range(0, revoked.Length), new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = TestContext.Current.CancellationToken }, async (i, _) =>
        {
            var key = await node.NewKeyAsync($$"""{"id":"k{{i}}","team":"t{{i % 3}}"}""");
            Assert.Equal(HttpStatusCode.OK, await node.CallAsync(key));
            if (revoked[i])
            {
                await node.AskAsync("DELETE", $"keys/k{i}");
                Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(key));
            }
        });

        var kept = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = (await node.AskAsync("GET", $"keys?limit=7&after={after}")).Body;
            kept.AddRange(page.GetProperty("data").EnumerateArray().Select(static key => key.GetProperty("id").GetString()!));
            after = page.TryGetProperty("next_after", out var next) ? next.GetString() : null;
        }
        Assert.Equal(Enumerable.Range(0, revoked.Length).Where(i => !revoked[i]).Select(i => $"k{i}").Order(StringComparer.Ordinal), kept);
        Assert.Equal(revoked.Length + revoked.Count(static gone => gone), (await node.AskAsync("GET", "audit?limit=1000")).Body.GetProperty("data").GetArrayLength());
    }

    private Task<GatewayServer> StartAsync() => GatewayServer.ForSimulatorsAsync([simulators.A.Address], AdminNode.Settings + "\n" + TwoSimulators.CalmBreaker);
}
