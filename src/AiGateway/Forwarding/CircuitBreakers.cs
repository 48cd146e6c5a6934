using System.Collections.Concurrent;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using Polly;
using Polly.CircuitBreaker;

namespace AiGateway.Forwarding;

/// <summary>One circuit breaker per deployment, kept over reloads as long as its settings stay the same.</summary>
internal sealed class CircuitBreakers(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The breaker of a deployment. While the deployment's state says that it is closed, attempts run beside it and are reported (<see cref="Report"/>); otherwise they run through it, so that one of them probes.</summary>
    public ResiliencePipeline<AttemptResult> For(DeploymentModel deployment)
    {
        if (_entries.TryGetValue(deployment.Id, out var entry) && (ReferenceEquals(entry.Settings, deployment.Breaker) || entry.Settings == deployment.Breaker))
        {
            return entry.Pipeline;
        }
        entry = new Entry(deployment.Breaker, Build(deployment.Breaker, deployment.State));
        _entries[deployment.Id] = entry;
        return entry.Pipeline;
    }

    /// <summary>Counts an attempt that was sent while the circuit was closed. One that ends after it has opened is late news and is left out, as is a caller's hanging up.</summary>
    public void Report(DeploymentModel deployment, AttemptResult result)
    {
        if (deployment.State.CircuitOpenUntil != 0 || result.Outcome == AttemptOutcome.CallerGone)
        {
            return;
        }
        try
        {
            For(deployment).Execute(static result => result, result);
        }
        catch (BrokenCircuitException)
        {
            // Another attempt opened it in this very moment.
        }
    }

    private ResiliencePipeline<AttemptResult> Build(BreakerModel settings, DeploymentState state)
    {
        state.CircuitOpenUntil = 0;
        return new ResiliencePipelineBuilder<AttemptResult> { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<AttemptResult>
            {
                FailureRatio = settings.FailureRatio,
                MinimumThroughput = settings.MinimumAttempts,
                SamplingDuration = settings.Window,
                BreakDuration = settings.Break,
                // A probe that its caller left has shown nothing: the circuit stays open for another while.
                ShouldHandle = static arguments => new ValueTask<bool>(arguments.Outcome.Result is { CountsAgainstDeployment: true } or { Outcome: AttemptOutcome.CallerGone }),
                OnOpened = arguments =>
                {
                    state.CircuitOpenUntil = clock.GetTimestamp() + (long)(arguments.BreakDuration.TotalSeconds * clock.TimestampFrequency);
                    return default;
                },
                OnClosed = _ =>
                {
                    state.CircuitOpenUntil = 0;
                    return default;
                },
            })
            .Build();
    }

    private sealed record Entry(BreakerModel Settings, ResiliencePipeline<AttemptResult> Pipeline);
}
