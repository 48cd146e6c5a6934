using System.Collections.Concurrent;
using AiGateway.Configuration;
using Polly;
using Polly.CircuitBreaker;

namespace AiGateway.Forwarding;

/// <summary>One circuit breaker per deployment, kept over reloads as long as its settings stay the same.</summary>
internal sealed class CircuitBreakers(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The breaker of a deployment.</summary>
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
                ShouldHandle = static arguments => new ValueTask<bool>(arguments.Outcome.Result?.CountsAgainstDeployment == true),
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
