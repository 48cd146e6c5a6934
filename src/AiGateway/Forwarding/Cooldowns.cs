using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Providers;

namespace AiGateway.Forwarding;

/// <summary>For how long keys and deployments are left alone after a failure that says so.</summary>
internal static class Cooldowns
{
    /// <summary>How much longer a deployment rests; zero when it does not.</summary>
    public static TimeSpan LeftOf(DeploymentModel deployment, TimeProvider clock)
    {
        var now = clock.GetTimestamp();
        return deployment.State.RestsUntil is var until && until > now ? clock.GetElapsedTime(now, until) : TimeSpan.Zero;
    }

    /// <summary>How long until the first of a plan's deployments may be asked again; null when one may be now.</summary>
    public static TimeSpan? SoonestEnd(Plan plan, TimeProvider clock)
    {
        var now = clock.GetTimestamp();
        var soonest = long.MaxValue;
        foreach (var deployment in plan.Deployments)
        {
            soonest = Math.Min(soonest, Math.Max(deployment.State.RestsUntil, deployment.State.CircuitOpenUntil));
        }
        return soonest > now && soonest != long.MaxValue ? clock.GetElapsedTime(now, soonest) : null;
    }

    /// <summary>What a failure means for the attempts of others: a 429 and a refused credential rest the key, and the deployment when no key is left.</summary>
    public static void Begin(DeploymentModel deployment, ProviderKey? key, AttemptResult result, TimeProvider clock)
    {
        if (deployment.Provider.Credentials.Kind == CredentialsKind.Caller && result.Outcome is (AttemptOutcome.RateLimited or AttemptOutcome.CredentialRefused))
        {
            // It is this caller's key; others bring keys of their own.
            return;
        }
        TimeSpan rest;
        switch (result.Outcome)
        {
            case AttemptOutcome.RateLimited:
                rest = result.RetryAfter ?? deployment.Breaker.RateLimitCooldown;
                break;
            case AttemptOutcome.CredentialRefused or AttemptOutcome.DeploymentNotFound:
                rest = deployment.Breaker.CredentialCooldown;
                break;
            default:
                return;
        }
        var until = clock.GetTimestamp() + (long)(rest.TotalSeconds * clock.TimestampFrequency);
        if (key is not null && result.Outcome != AttemptOutcome.DeploymentNotFound && deployment.Provider.Keys.Length > 1)
        {
            key.State.AsideUntil = until;
            if (KeyRotation.HasFreeKey(deployment.Provider, clock.GetTimestamp()))
            {
                return;
            }
        }
        deployment.State.RestUntil(until, result.Outcome == AttemptOutcome.RateLimited);
    }
}
