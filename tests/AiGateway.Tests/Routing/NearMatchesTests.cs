using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Routing;
using AiGateway.Tests.Configuration;

namespace AiGateway.Tests.Routing;

/// <summary>What a caller is told who asks for a model that is not there.</summary>
public sealed class NearMatchesTests
{
    private static readonly Snapshot Offered = Loading.Good("""
        providers:
          p: { kind: openai-compatible, base_url: "http://192.0.2.1/v1", keys: k }
        deployments:
          d: { provider: p, model: m }
        aliases:
          gpt-4o: { groups: [{ deployments: [d] }] }
          gpt-4o-mini: { groups: [{ deployments: [d] }] }
          claude-sonnet: { groups: [{ deployments: [d] }] }
        """);

    [Theory]
    [InlineData("gpt4o", "'gpt-4o'")]
    [InlineData("GPT-4O-MIN", "'gpt-4o-mini'")]
    [InlineData("cloude-sonet", "'claude-sonnet'")]
    public void Misspelling_IsAnsweredWithTheNearest(string model, string nearest) =>
        Assert.Contains($"Did you mean {nearest}", NearMatches.MessageFor(model, For(everything: true)), StringComparison.Ordinal);

    [Fact]
    public void NothingNear_PointsToTheList() =>
        Assert.EndsWith("GET /v1/models lists what this key may use.", NearMatches.MessageFor("something-else-entirely", For(everything: true)), StringComparison.Ordinal);

    [Fact]
    public void AliasesThatTheKeyMayNotUse_AreNotBetrayed() =>
        Assert.DoesNotContain("'claude-sonnet'", NearMatches.MessageFor("claude-sonet", For(everything: false)), StringComparison.Ordinal);

    [Fact]
    public void LongName_IsCut() =>
        Assert.True(NearMatches.MessageFor(new string('x', 100_000), For(everything: true)).Length < 400);

    private static Exchange For(bool everything) => new()
    {
        Id = "req_1",
        Snapshot = Offered,
        StartedAt = DateTimeOffset.UnixEpoch,
        StartTimestamp = 0,
        Caller = new CallerModel { Id = "k", Tags = [], AllowsEverything = everything, AllowedNames = everything ? [] : ["gpt-4o"], AllowedPrefixes = [] },
    };
}
