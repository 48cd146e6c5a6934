using AiGateway.Accounting;
using AiGateway.Configuration;
using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Routing;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting;
using AiGateway.Tests.Forwarding;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Tests.Routing;

/// <summary>The order of a plan: strategies, shares, and who comes last.</summary>
public sealed class PlanBuilderTests
{
    private const int Draws = 20_000;

    private readonly TestClock _clock = new();

    [Fact]
    public void Weighted_FollowsTheWeightsAtEachPlace()
    {
        var group = Group(GroupStrategy.Weighted, (Upstream.Deployment("a"), 6), (Upstream.Deployment("b"), 3), (Upstream.Deployment("c"), 1), (Upstream.Deployment("zero"), 0));
        var first = new Dictionary<string, int>();
        var second = 0;
        for (var draw = 0; draw < Draws; draw++)
        {
            var plan = Build(Rule(group), draw)!;
            Assert.Equal("zero", plan[^1]);
            first[plan[0]] = first.GetValueOrDefault(plan[0]) + 1;
            if (plan[0] == "a" && plan[1] == "b")
                second++;
        }

        Assert.InRange(first["a"] / (double)Draws, 0.58, 0.62);
        Assert.InRange(first["b"] / (double)Draws, 0.28, 0.32);
        Assert.InRange(first["c"] / (double)Draws, 0.08, 0.12);
        // Without replacement: after a, b is drawn before c in three of four cases.
        Assert.InRange(second / (double)first["a"], 0.73, 0.77);
    }

    [Fact]
    public void Ordered_IsTheOrderOfTheFile_AndGroupsFollowEachOther()
    {
        var (a, b, c) = (Upstream.Deployment("a"), Upstream.Deployment("b"), Upstream.Deployment("c"));

        Assert.Equal(["c", "a", "b"], Build(Rule(Group(GroupStrategy.Ordered, (c, 1), (a, 1)), Group(GroupStrategy.Ordered, (a, 1), (b, 1))))!);
    }

    [Fact]
    public void RestingAndOpen_ComeLast_SoonestFirst()
    {
        var deployments = Enumerable.Range(0, 4).Select(number => Upstream.Deployment($"d{number}")).ToArray();
        var now = _clock.GetTimestamp();
        deployments[0].State.RestUntil(now + 3000);
        deployments[1].State.CircuitOpenUntil = now + 2000;
        deployments[2].State.RestUntil(now);
        var rule = Rule(
            Group(GroupStrategy.Ordered, (deployments[0], 1), (deployments[1], 1)),
            Group(GroupStrategy.Ordered, (deployments[2], 1)),
            Group(GroupStrategy.Ordered, (deployments[3], 1), (deployments[0], 1)));

        Assert.Equal(["d2", "d3", "d1", "d0"], Build(rule)!);
    }

    [Fact]
    public void LeastBusy_PrefersFewInFlightForTheirWeight()
    {
        var (busy, idle, large) = (Upstream.Deployment("busy"), Upstream.Deployment("idle"), Upstream.Deployment("large"));
        for (var request = 0; request < 4; request++)
        {
            busy.State.Begin();
            large.State.Begin();
        }

        Assert.Equal(["large", "idle", "busy"], Build(Rule(Group(GroupStrategy.LeastBusy, (busy, 1), (idle, 1), (large, 10))))!);
    }

    [Fact]
    public void LowestLatency_PrefersTheFast_AndExplores()
    {
        var (slow, fast) = (Upstream.Deployment("slow"), Upstream.Deployment("fast"));
        slow.State.ObserveLatency(TimeSpan.FromMilliseconds(900));
        fast.State.ObserveLatency(TimeSpan.FromMilliseconds(100));
        var rule = Rule(Group(GroupStrategy.LowestLatency, (slow, 1), (fast, 1)));

        var firsts = Enumerable.Range(0, Draws).Count(draw => Build(rule, draw)![0] == "fast");

        Assert.InRange(firsts / (double)Draws, 0.96, 0.99);
    }

    [Fact]
    public void Cheapest_OrdersByPrice_UnknownLast()
    {
        var snapshot = AccountingFixture.Snapshot(
            ("p/dear", new PriceConfig { Input = 10m, Output = 30m }), ("p/cheap", new PriceConfig { Input = 1m, Output = 2m }));
        var rule = Rule(Group(GroupStrategy.Cheapest, (Upstream.Deployment("x", "of-unknown-price"), 1), (Upstream.Deployment("d", "dear"), 1), (Upstream.Deployment("c", "cheap"), 1)));

        Assert.Equal(["c", "d", "x"], Build(rule, snapshot: snapshot)!);
    }

    [Fact]
    public void DeploymentThatDoesNotServeTheOperation_IsLeftOut()
    {
        var chat = Upstream.Deployment("chat", operations: [Operation.ChatCompletions]);
        var embeddings = Upstream.Deployment("embeddings", operations: [Operation.Embeddings]);

        Assert.Equal(["chat"], Build(Rule(Group(GroupStrategy.Ordered, (embeddings, 1), (chat, 1))))!);
        Assert.Null(Build(Rule(Group(GroupStrategy.Ordered, (embeddings, 1)))));
    }

    [Fact]
    public void ImagesAndTools_NeverGoToAModelThatDoesNotTakeThem_OneThatNobodyKnowsMay()
    {
        var blind = Upstream.Deployment("blind", "gpt-3.5-turbo");
        var seeing = Upstream.Deployment("seeing", "gpt-4o");
        var unknown = Upstream.Deployment("unknown", "in-house-7b");
        var wildcard = Upstream.Deployment("wildcard", model: null);
        var rule = Rule(Group(GroupStrategy.Ordered, (blind, 1), (unknown, 1), (wildcard, 1), (seeing, 1)));

        Assert.Equal(["blind", "unknown", "wildcard", "seeing"], Build(rule)!);
        Assert.Equal(["unknown", "wildcard", "seeing"], Build(rule, request: WithImage)!);
        Assert.Null(Build(Rule(Group(GroupStrategy.Ordered, (blind, 1))), request: WithImage));
        Assert.Equal(["seeing"], Build(Rule(Group(GroupStrategy.Ordered, (Upstream.Deployment("told", "in-house-7b", supports: Capabilities.Tools), 1), (seeing, 1))), request: WithImage)!);
        Assert.Equal(["told"], Build(Rule(Group(GroupStrategy.Ordered, (Upstream.Deployment("told", "gpt-3.5-turbo", supports: Capabilities.Vision), 1))), request: WithImage)!);

        var walk = new PlanWalk(
            new Plan { Alias = Upstream.Alias(contextWindow: [blind, seeing]), Deployments = [unknown], Needs = Capabilities.Vision }, Upstream.Randomness(1));
        Assert.Equal(TimeSpan.Zero, walk.MoveOn(AttemptOutcome.ContextWindow, null, hasOtherKey: false));
        Assert.Equal("seeing", walk.Current.Id);
    }

    [Fact]
    public void PlanOfPricedDeployments_KeepsWhatElseThePlanSays()
    {
        var (priced, unpriced) = (Upstream.Deployment("priced", "gpt-4o"), Upstream.Deployment("unpriced", "in-house-7b"));
        var plan = new Plan { Alias = Upstream.Alias(), Deployments = [unpriced, priced], WildcardMatch = "w", IsPinned = true, RetriesUnsentOnly = true, Needs = Capabilities.Vision };

        var kept = new PlanBuilder(Costs, Upstream.Randomness(1), _clock).KeepPriced(plan, AccountingFixture.Snapshot(), trace: null)!;

        Assert.Equal(["priced"], kept.Deployments.Select(deployment => deployment.Id));
        Assert.True(kept.IsPinned && kept.RetriesUnsentOnly);
        Assert.Equal((Capabilities.Vision, "w"), (kept.Needs, kept.WildcardMatch));
    }

    [Fact]
    public void AnyGroupsAndStates_GiveEachDeploymentOnce_AvailableFirst()
    {
        var random = SeededRandom.From(99);
        for (var round = 0; round < 2000; round++)
        {
            var deployments = Enumerable.Range(0, random.Next(1, 90)).Select(number => Upstream.Deployment($"d{number}")).ToArray();
            var now = _clock.GetTimestamp();
            foreach (var deployment in deployments.Where(_ => random.Chance(0.3)))
                deployment.State.RestUntil(now + random.Next(1, 1000));
            var groups = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Group(
                random.OneOf(Enum.GetValues<GroupStrategy>()),
                [.. Enumerable.Range(0, random.Next(1, deployments.Length + 1)).Select(_ => random.OneOf(deployments)).Distinct().Select(deployment => (deployment, random.Next(0, 5)))])).ToArray();

            var plan = Build(Rule(groups), round)!;

            var wanted = groups.SelectMany(group => group.Members).Select(member => member.Deployment).Distinct().ToList();
            Assert.Equal(wanted.Select(deployment => deployment.Id).Order(StringComparer.Ordinal), plan.Order(StringComparer.Ordinal));
            var rests = plan.Select(id => deployments.Single(deployment => deployment.Id == id).State.RestsUntil).ToList();
            Assert.Equal(rests.Count(rest => rest <= now), rests.TakeWhile(rest => rest <= now).Count());
            Assert.Equal(rests.SkipWhile(rest => rest <= now).Order(), rests.SkipWhile(rest => rest <= now));
        }
    }

    private static readonly CostCalculator Costs = new(AccountingFixture.Catalogue);
    private static readonly GatewayRequest Request = Upstream.Request("""{"model":"alias","messages":[{"role":"user","content":"Hi"}]}""");

    private static readonly GatewayRequest WithImage = Upstream.Request("""{"model":"alias","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""");

    private string[]? Build(RuleModel rule, int seed = 1, Snapshot? snapshot = null, GatewayRequest? request = null)
    {
        var builder = new PlanBuilder(Costs, Upstream.Randomness(seed), _clock);
        var plan = builder.Build(Upstream.Alias(rules: rule), new RoutingInput(CallerModel.Anonymous, new HeaderDictionary(), request ?? Request, snapshot ?? AccountingFixture.Snapshot(), (request ?? Request).Model), trace: null);
        return plan?.Deployments.Select(deployment => deployment.Id).ToArray();
    }

    private static RuleModel Rule(params GroupModel[] groups) => new() { Name = "rule", Groups = groups };

    private static GroupModel Group(GroupStrategy strategy, params (DeploymentModel Deployment, int Weight)[] members) =>
        new() { Strategy = strategy, Members = [.. members.Select(member => new GroupMember(member.Deployment, member.Weight))], TotalWeight = members.Sum(member => member.Weight) };
}
