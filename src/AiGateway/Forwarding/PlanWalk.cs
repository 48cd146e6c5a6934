using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>Walks a plan: decides after each attempt whether another follows, where, and after what delay.</summary>
/// <remarks>
/// First every deployment once, in the plan's order and without delay; then those that may be asked again, after a delay that
/// doubles, with jitter, and that is never shorter than what the provider asked for. What is asked again and what is not is
/// the table of docs/features/failover.md.
/// </remarks>
internal sealed class PlanWalk(Plan plan, IRandomSource random)
{
    private readonly RetriesModel _retries = plan.Alias.Retries;
    private DeploymentModel[] _deployments = plan.Deployments;
    private Stop[] _stops = new Stop[plan.Deployments.Length];
    private int _position;
    private int _sent;
    private bool _fellBack;

    /// <summary>Where the next attempt goes.</summary>
    public DeploymentModel Current => _deployments[_position];

    /// <summary>Whether the next attempt is a last resort that goes past an open circuit.</summary>
    public bool PastBreaker { get; private set; }

    /// <summary>Takes note of how the attempt at <see cref="Current"/> ended, and moves on.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="retryAfter">What the provider asks to wait.</param>
    /// <param name="hasOtherKey">Whether the provider has another key that is in use.</param>
    /// <returns>The delay before the next attempt; null when there is none.</returns>
    public TimeSpan? MoveOn(AttemptOutcome outcome, TimeSpan? retryAfter, bool hasOtherKey)
    {
        ref var stop = ref _stops[_position];
        var wasSent = outcome is not (AttemptOutcome.CircuitOpen or AttemptOutcome.NotAdmitted);
        PastBreaker = false;
        stop.Tried = true;
        stop.MayRepeat = MayRepeat(outcome);
        stop.MayPassBreaker = outcome == AttemptOutcome.CircuitOpen;
        stop.RetryAfter = retryAfter;
        if (wasSent)
        {
            stop.Sent++;
            _sent++;
        }

        if (plan.RetriesUnsentOnly && outcome is not (AttemptOutcome.ConnectFailed or AttemptOutcome.CircuitOpen or AttemptOutcome.NotAdmitted))
        {
            return null;
        }
        if (outcome is AttemptOutcome.ContextWindow or AttemptOutcome.ContentPolicy)
        {
            return FallBack(outcome);
        }
        if (outcome is AttemptOutcome.Succeeded or AttemptOutcome.Refused or AttemptOutcome.CallerGone || _sent >= _retries.MaxAttempts)
        {
            return null;
        }
        if (hasOtherKey && stop.Sent < _retries.MaxPerDeployment && outcome is (AttemptOutcome.CredentialRefused or AttemptOutcome.RateLimited))
        {
            // The same deployment with another key: the key was the trouble.
            return TimeSpan.Zero;
        }
        return NextUntried() ?? NextAgain();
    }

    private TimeSpan? FallBack(AttemptOutcome outcome)
    {
        var fallback = Array.FindAll(
            outcome == AttemptOutcome.ContextWindow ? plan.ContextWindowFallback : plan.ContentPolicyFallback,
            deployment => Needs.AreMet(plan.Needs, deployment, plan.UpstreamModelFor(deployment)));
        if (_fellBack || plan.IsPinned || fallback.Length == 0 || _sent >= _retries.MaxAttempts)
        {
            return null;
        }
        _fellBack = true;
        _deployments = fallback;
        _stops = new Stop[fallback.Length];
        _position = 0;
        return TimeSpan.Zero;
    }

    private TimeSpan? NextUntried()
    {
        for (var i = _position + 1; i < _deployments.Length; i++)
        {
            if (!_stops[i].Tried)
            {
                _position = i;
                return TimeSpan.Zero;
            }
        }
        return null;
    }

    private TimeSpan? NextAgain()
    {
        var (best, bestDelay) = (-1, TimeSpan.MaxValue);
        for (var i = 0; i < _deployments.Length; i++)
        {
            ref var stop = ref _stops[i];
            if (stop.MayPassBreaker)
            {
                // Nothing else is left: a deployment that may have come back is better than an error.
                _position = i;
                PastBreaker = true;
                stop.MayPassBreaker = false;
                return TimeSpan.Zero;
            }
            if (!stop.MayRepeat || stop.Sent >= _retries.MaxPerDeployment)
            {
                continue;
            }
            var delay = DelayOf(stop);
            if (delay <= _retries.MaxDelay && delay < bestDelay)
            {
                (best, bestDelay) = (i, delay);
            }
        }
        if (best < 0)
        {
            return null;
        }
        _position = best;
        return bestDelay;
    }

    private TimeSpan DelayOf(in Stop stop)
    {
        var backOff = _retries.BaseDelay * Math.Pow(2, stop.Sent - 1);
        // Between half and the whole of it, so that callers who failed together do not come back together.
        var jittered = (backOff < _retries.MaxDelay ? backOff : _retries.MaxDelay) * (0.5 + (random.NextDouble() / 2));
        return stop.RetryAfter is { } asked && asked > jittered ? asked : jittered;
    }

    /// <summary>Whether the same deployment may be asked again after <paramref name="outcome"/>.</summary>
    private static bool MayRepeat(AttemptOutcome outcome) => outcome is
        AttemptOutcome.ConnectFailed or AttemptOutcome.RateLimited or AttemptOutcome.ServerError
        or AttemptOutcome.ErrorEvent or AttemptOutcome.Broken or AttemptOutcome.Incomplete or AttemptOutcome.Nonsense;

    private struct Stop
    {
        public bool Tried;
        public bool MayRepeat;
        public bool MayPassBreaker;
        public int Sent;
        public TimeSpan? RetryAfter;
    }
}
