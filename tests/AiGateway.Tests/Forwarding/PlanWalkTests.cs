using AiGateway.Configuration;
using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.TestKit;

namespace AiGateway.Tests.Forwarding;

/// <summary>The table "What is retried where" of docs/features/failover.md, row by row, and the bounds that hold for any sequence of outcomes.</summary>
public sealed class PlanWalkTests
{
    private static readonly RetriesModel Retries = new(5, 2, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData(nameof(AttemptOutcome.ConnectFailed), true)]
    [InlineData(nameof(AttemptOutcome.FirstByteTimeout), false)]
    [InlineData(nameof(AttemptOutcome.IdleTimeout), false)]
    [InlineData(nameof(AttemptOutcome.TotalTimeout), false)]
    [InlineData(nameof(AttemptOutcome.RateLimited), true)]
    [InlineData(nameof(AttemptOutcome.CredentialRefused), false)]
    [InlineData(nameof(AttemptOutcome.DeploymentNotFound), false)]
    [InlineData(nameof(AttemptOutcome.ServerError), true)]
    [InlineData(nameof(AttemptOutcome.ErrorEvent), true)]
    [InlineData(nameof(AttemptOutcome.Broken), true)]
    [InlineData(nameof(AttemptOutcome.Incomplete), true)]
    [InlineData(nameof(AttemptOutcome.Nonsense), true)]
    public void FailureOfTheUpstream_NextAtOnce_AndThisAgainWhereTheTableSaysSo(string name, bool mayRepeat)
    {
        var outcome = Enum.Parse<AttemptOutcome>(name);
        var walk = Walk(Upstream.Alias(Retries), "a", "b");

        Assert.Equal("a", walk.Current.Id);
        Assert.Equal(TimeSpan.Zero, walk.MoveOn(outcome, null, hasOtherKey: false));
        Assert.Equal("b", walk.Current.Id);
        var delay = walk.MoveOn(AttemptOutcome.CredentialRefused, null, hasOtherKey: false);

        if (!mayRepeat)
        {
            Assert.Null(delay);
            return;
        }
        Assert.Equal("a", walk.Current.Id);
        Assert.InRange(delay!.Value.TotalMilliseconds, 125, 250);
        // Two at most per deployment.
        Assert.Null(walk.MoveOn(outcome, null, hasOtherKey: false));
    }

    [Theory]
    [InlineData(nameof(AttemptOutcome.Succeeded))]
    [InlineData(nameof(AttemptOutcome.Refused))]
    [InlineData(nameof(AttemptOutcome.CallerGone))]
    [InlineData(nameof(AttemptOutcome.ContextWindow))]
    [InlineData(nameof(AttemptOutcome.ContentPolicy))]
    public void WhatIsNobodysFailure_EndsTheWalk(string outcome) =>
        Assert.Null(Walk(Upstream.Alias(Retries), "a", "b").MoveOn(Enum.Parse<AttemptOutcome>(outcome), null, hasOtherKey: true));

    [Theory]
    [InlineData(nameof(AttemptOutcome.RateLimited))]
    [InlineData(nameof(AttemptOutcome.CredentialRefused))]
    public void AnotherKey_IsTriedAtTheSameDeploymentAtOnce(string name)
    {
        var outcome = Enum.Parse<AttemptOutcome>(name);
        var walk = Walk(Upstream.Alias(Retries), "a", "b");

        Assert.Equal(TimeSpan.Zero, walk.MoveOn(outcome, TimeSpan.FromMinutes(1), hasOtherKey: true));
        Assert.Equal("a", walk.Current.Id);
        // But no oftener than any deployment.
        Assert.Equal(TimeSpan.Zero, walk.MoveOn(outcome, TimeSpan.FromMinutes(1), hasOtherKey: true));
        Assert.Equal("b", walk.Current.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fallback_IsEnteredOnceAndWalkedLikeAPlan(bool isContextWindow)
    {
        var (outcome, other) = isContextWindow ? (AttemptOutcome.ContextWindow, AttemptOutcome.ContentPolicy) : (AttemptOutcome.ContentPolicy, AttemptOutcome.ContextWindow);
        DeploymentModel[] fallback = [Upstream.Deployment("f1"), Upstream.Deployment("f2")];
        var walk = Walk(Upstream.Alias(Retries, fallback, fallback), "a", "b");

        Assert.Equal(TimeSpan.Zero, walk.MoveOn(outcome, null, hasOtherKey: false));
        Assert.Equal("f1", walk.Current.Id);
        Assert.Equal(TimeSpan.Zero, walk.MoveOn(AttemptOutcome.ServerError, null, hasOtherKey: false));
        Assert.Equal("f2", walk.Current.Id);
        Assert.Null(walk.MoveOn(other, null, hasOtherKey: false));
    }

    [Theory]
    [InlineData(nameof(AttemptOutcome.ContextWindow))]
    [InlineData(nameof(AttemptOutcome.ContentPolicy))]
    public void PinnedPlan_HasNoFallback(string outcome)
    {
        DeploymentModel[] fallback = [Upstream.Deployment("f1")];
        var plan = new Plan { Alias = Upstream.Alias(Retries, fallback, fallback), Deployments = [Upstream.Deployment("a")], IsPinned = true };

        Assert.Null(new PlanWalk(plan, Upstream.Randomness(7)).MoveOn(Enum.Parse<AttemptOutcome>(outcome), null, hasOtherKey: false));
    }

    [Fact]
    public void RetryAfter_IsWaitedFor_UnlessItIsTooLong()
    {
        var patient = Walk(Upstream.Alias(Retries), "a");
        Assert.Equal(TimeSpan.FromSeconds(7), patient.MoveOn(AttemptOutcome.RateLimited, TimeSpan.FromSeconds(7), hasOtherKey: false));

        var passedOver = Walk(Upstream.Alias(Retries), "a");
        Assert.Null(passedOver.MoveOn(AttemptOutcome.RateLimited, TimeSpan.FromSeconds(11), hasOtherKey: false));
    }

    [Fact]
    public void SoonestIsAskedAgainFirst()
    {
        var walk = Walk(Upstream.Alias(Retries), "a", "b");

        walk.MoveOn(AttemptOutcome.ServerError, TimeSpan.FromSeconds(5), hasOtherKey: false);
        var delay = walk.MoveOn(AttemptOutcome.ServerError, TimeSpan.FromSeconds(2), hasOtherKey: false);

        Assert.Equal(("b", TimeSpan.FromSeconds(2)), (walk.Current.Id, delay));
    }

    [Fact]
    public void BackOff_DoublesAndIsBounded()
    {
        var walk = Walk(Upstream.Alias(new RetriesModel(20, 10, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1000))), "a");

        foreach (var longest in new[] { 100, 200, 400, 800, 1000, 1000, 1000, 1000, 1000 })
        {
            var delay = walk.MoveOn(AttemptOutcome.ServerError, null, hasOtherKey: false)!.Value;
            Assert.InRange(delay.TotalMilliseconds, longest / 2.0, longest);
        }
        Assert.Null(walk.MoveOn(AttemptOutcome.ServerError, null, hasOtherKey: false));
    }

    [Fact]
    public void OpenCircuits_ArePassedOnceWhenNothingElseIsLeft()
    {
        var walk = Walk(Upstream.Alias(Retries), "a", "b");

        Assert.Equal(TimeSpan.Zero, walk.MoveOn(AttemptOutcome.CircuitOpen, null, hasOtherKey: false));
        Assert.Equal(("b", false), (walk.Current.Id, walk.PastBreaker));
        Assert.Equal(TimeSpan.Zero, walk.MoveOn(AttemptOutcome.CircuitOpen, null, hasOtherKey: false));
        Assert.Equal(("a", true), (walk.Current.Id, walk.PastBreaker));
        Assert.Equal(TimeSpan.Zero, walk.MoveOn(AttemptOutcome.FirstByteTimeout, null, hasOtherKey: false));
        Assert.Equal(("b", true), (walk.Current.Id, walk.PastBreaker));
        Assert.Null(walk.MoveOn(AttemptOutcome.FirstByteTimeout, null, hasOtherKey: false));
    }

    [Fact]
    public void AnyOutcomes_StayWithinTheBoundsAndEnd()
    {
        var random = SeededRandom.From(20261121);
        var outcomes = Enum.GetValues<AttemptOutcome>().Where(outcome => outcome != AttemptOutcome.Pending).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var retries = new RetriesModel(random.Next(1, 21), random.Next(1, 11), TimeSpan.FromMilliseconds(random.Next(0, 500)), TimeSpan.FromMilliseconds(random.Next(500, 5000)));
            DeploymentModel[] fallback = [Upstream.Deployment("f1"), Upstream.Deployment("f2")];
            var walk = Walk(Upstream.Alias(retries, fallback, random.Chance(0.5) ? fallback : []), [.. Enumerable.Range(0, random.Next(1, 6)).Select(number => $"d{number}")]);
            var sent = new Dictionary<string, int>();
            var steps = 0;
            TimeSpan? delay;
            do
            {
                Assert.True(++steps < 100, $"Round {round} of seed {random.Seed} does not end.");
                // Past the breaker there is no breaker that could say no.
                AttemptOutcome outcome;
                do
                {
                    outcome = random.OneOf(outcomes);
                }
                while (walk.PastBreaker && outcome == AttemptOutcome.CircuitOpen);
                if (outcome is not (AttemptOutcome.CircuitOpen or AttemptOutcome.NotAdmitted))
                    sent[walk.Current.Id] = sent.GetValueOrDefault(walk.Current.Id) + 1;
                delay = walk.MoveOn(outcome, random.Chance(0.3) ? TimeSpan.FromMilliseconds(random.Next(0, 8000)) : null, random.Chance(0.3));
                Assert.True(delay is null || (delay >= TimeSpan.Zero && delay <= retries.MaxDelay), $"Round {round} of seed {random.Seed} waits {delay}.");
            }
            while (delay is not null);
            Assert.True(sent.Values.Sum() <= retries.MaxAttempts, $"Round {round} of seed {random.Seed}: {sent.Values.Sum()} attempts of {retries.MaxAttempts}.");
            Assert.All(sent, pair => Assert.True(pair.Value <= retries.MaxPerDeployment, $"Round {round} of seed {random.Seed}: {pair} of {retries.MaxPerDeployment}."));
        }
    }

    private static PlanWalk Walk(AliasModel alias, params string[] deployments) =>
        new(Upstream.Plan(alias, [.. deployments.Select(id => Upstream.Deployment(id))]), Upstream.Randomness(7));
}
