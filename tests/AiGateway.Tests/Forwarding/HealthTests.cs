using AiGateway.Configuration;
using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.Providers;
using AiGateway.TestKit;
using Polly.CircuitBreaker;

namespace AiGateway.Tests.Forwarding;

/// <summary>What is known of deployments and keys: rests, rotation, circuits.</summary>
public sealed class HealthTests
{
    [Fact]
    public void Keys_RotateEvenly_AndOneThatIsAsideIsLeftOut()
    {
        var provider = Upstream.Provider(keys: 3);
        Assert.Equal([2, 2, 2], Enumerable.Range(0, 6).Select(_ => KeyRotation.Next(provider, 0)!.Id).GroupBy(id => id).Select(group => group.Count()));

        provider.Keys[1].State.AsideUntil = 100;

        Assert.DoesNotContain("p#2", Enumerable.Range(0, 6).Select(_ => KeyRotation.Next(provider, 99)!.Id));
        Assert.Contains("p#2", Enumerable.Range(0, 6).Select(_ => KeyRotation.Next(provider, 100)!.Id));
    }

    [Fact]
    public void AllKeysAside_TheSoonestIsUsed()
    {
        var provider = Upstream.Provider(keys: 3);
        for (var key = 0; key < 3; key++)
            provider.Keys[key].State.AsideUntil = 1000 - (key * 100);

        Assert.False(KeyRotation.HasFreeKey(provider, 799));
        Assert.True(KeyRotation.HasFreeKey(provider, 800));
        Assert.All(Enumerable.Range(0, 6), _ => Assert.Equal("p#3", KeyRotation.Next(provider, 0)!.Id));
    }

    [Fact]
    public void NoKeyAndOneKey_NeedNoRotation()
    {
        Assert.Null(KeyRotation.Next(Upstream.Provider(keys: 0), 0));
        var one = Upstream.Provider(keys: 1);
        one.Keys[0].State.AsideUntil = 100;
        Assert.Equal("p#1", KeyRotation.Next(one, 0)!.Id);
    }

    [Fact]
    public async Task Circuit_OpensBreaksProbesAndCloses()
    {
        var clock = new TestClock();
        var deployment = Upstream.Deployment("d");
        var breakers = new CircuitBreakers(clock);
        for (var failure = 0; failure < 4; failure++)
            await SendAsync(AttemptOutcome.ServerError);

        Assert.False(deployment.State.IsAvailable(clock.GetTimestamp()));
        await Assert.ThrowsAsync<BrokenCircuitException>(() => SendAsync(AttemptOutcome.Succeeded));

        clock.Advance(TimeSpan.FromSeconds(15.1));
        Assert.True(deployment.State.IsAvailable(clock.GetTimestamp()));
        await SendAsync(AttemptOutcome.ServerError);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => SendAsync(AttemptOutcome.Succeeded));

        clock.Advance(TimeSpan.FromSeconds(15.1));
        await SendAsync(AttemptOutcome.Succeeded);
        await SendAsync(AttemptOutcome.ServerError);
        await SendAsync(AttemptOutcome.Succeeded);
        Assert.Equal(0, deployment.State.CircuitOpenUntil);

        async Task SendAsync(AttemptOutcome outcome) => await breakers.For(deployment).ExecuteAsync(_ => ValueTask.FromResult(new AttemptResult(outcome)), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(nameof(AttemptOutcome.RateLimited))]
    [InlineData(nameof(AttemptOutcome.CredentialRefused))]
    [InlineData(nameof(AttemptOutcome.Refused))]
    [InlineData(nameof(AttemptOutcome.CallerGone))]
    public void WhatIsNotTheDeploymentsFailure_DoesNotOpenItsCircuit(string outcome)
    {
        var deployment = Upstream.Deployment("d");
        var breakers = new CircuitBreakers(new TestClock());
        for (var attempt = 0; attempt < 50; attempt++)
            breakers.Report(deployment, new AttemptResult(Enum.Parse<AttemptOutcome>(outcome)));

        Assert.Equal(0, deployment.State.CircuitOpenUntil);
    }

    [Fact]
    public async Task ReportedFailures_OpenTheCircuit_AndAProbeThatItsCallerLeftDoesNotCloseIt()
    {
        var clock = new TestClock();
        var deployment = Upstream.Deployment("d");
        var breakers = new CircuitBreakers(clock);
        for (var attempt = 0; attempt < 50; attempt++)
            breakers.Report(deployment, new AttemptResult(AttemptOutcome.ServerError));
        Assert.False(deployment.State.IsAvailable(clock.GetTimestamp()));

        // Late news of an attempt that was sent before the circuit opened.
        breakers.Report(deployment, new AttemptResult(AttemptOutcome.Succeeded));
        Assert.NotEqual(0, deployment.State.CircuitOpenUntil);

        clock.Advance(TimeSpan.FromSeconds(15.1));
        await breakers.For(deployment).ExecuteAsync(_ => ValueTask.FromResult(new AttemptResult(AttemptOutcome.CallerGone)), TestContext.Current.CancellationToken);
        Assert.False(deployment.State.IsAvailable(clock.GetTimestamp()));
    }

    [Fact]
    public void Breaker_SurvivesReloadsUntilItsSettingsChange()
    {
        var breakers = new CircuitBreakers(new TestClock());
        var state = new DeploymentState("d");
        var first = breakers.For(Upstream.Deployment("d", state: state));

        Assert.Same(first, breakers.For(Upstream.Deployment("d", state: state, breaker: Upstream.Breaker with { })));
        Assert.NotSame(first, breakers.For(Upstream.Deployment("d", state: state, breaker: Upstream.Breaker with { MinimumAttempts = 9 })));
    }

    [Fact]
    public async Task State_BearsParallelUse()
    {
        var state = new DeploymentState("d");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            var random = SeededRandom.From(worker);
            for (var round = 0; round < 20_000; round++)
            {
                state.Begin();
                state.RestUntil(random.Next(1, 1_000_000));
                state.ObserveLatency(TimeSpan.FromMilliseconds(random.Next(10, 20)));
                state.End();
            }
            state.RestUntil(1_000_000 + worker);
        })));

        Assert.Equal(0, state.InFlight);
        Assert.Equal(1_000_007, state.RestsUntil);
        Assert.InRange(state.LatencyMilliseconds, 10, 20);
        state.EndRest();
        Assert.True(state.IsAvailable(1));
    }
}
