using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Routing;

/// <summary>Turns an alias into the ordered deployments of one request.</summary>
/// <remarks>
/// The first rule whose conditions hold gives the groups. Within a group the strategy orders the deployments that are
/// available; the next group follows. Deployments that rest or whose circuit is open come last, soonest first: they are
/// tried only when nothing else is left, because a deployment that came back is better than an error.
/// </remarks>
internal sealed class PlanBuilder(ICostCalculator costs, IRandomSource random, TimeProvider clock)
{
    // One request in twenty explores, so that a deployment that once was slow is measured again.
    private const int LatencyExplorationShare = 20;

    // What an answer is assumed to cost when deployments are compared and the caller sets no bound.
    private const int AssumedOutputTokens = 500;

    /// <summary>The plan, or null when no rule matches or no deployment of the matching rule serves the operation.</summary>
    /// <param name="alias">The alias asked for.</param>
    /// <param name="input">The request and its caller.</param>
    /// <param name="trace">Receives each step in words, for <c>explain</c>; null on the hot path.</param>
    public Plan? Build(AliasModel alias, in RoutingInput input, ICollection<string>? trace)
    {
        var rule = MatchRule(alias, input, trace);
        if (rule is null)
        {
            return null;
        }

        var count = 0;
        foreach (var group in rule.Groups)
        {
            count += group.Members.Length;
        }
        var ordered = new DeploymentModel[count];
        Span<Candidate> scores = stackalloc Candidate[Math.Min(count, 64)];
        if (count > scores.Length)
        {
            scores = new Candidate[count];
        }

        var wildcard = alias.IsWildcard ? input.Model[alias.PrefixLength..] : input.Model;
        var now = clock.GetTimestamp();
        var needs = Needs.Of(input.Request);
        var (front, back) = (0, count);
        for (var g = 0; g < rule.Groups.Length; g++)
        {
            var group = rule.Groups[g];
            var candidates = Score(group, scores, wildcard, input, needs, now, trace, g + 1);
            candidates.Sort(static (a, b) => a.Score.CompareTo(b.Score));
            foreach (var candidate in candidates)
            {
                var deployment = group.Members[candidate.Member].Deployment;
                if (Array.IndexOf(ordered, deployment, 0, front) >= 0)
                {
                    continue;
                }
                if (candidate.Available)
                {
                    ordered[front++] = deployment;
                }
                else if (Array.IndexOf(ordered, deployment, back, count - back) < 0)
                {
                    // The back is filled from the end; it is put in order below.
                    ordered[--back] = deployment;
                }
            }
        }

        var resting = ordered.AsSpan(back);
        resting.Sort(static (a, b) => ReadyAt(a).CompareTo(ReadyAt(b)));
        var total = front + resting.Length;
        if (total == 0)
        {
            return null;
        }
        if (total < count)
        {
            resting.CopyTo(ordered.AsSpan(front));
            Array.Resize(ref ordered, total);
        }
        // A batch that was begun twice would be paid for twice.
        return new Plan { Alias = alias, Rule = rule, Deployments = ordered, WildcardMatch = wildcard, RetriesUnsentOnly = input.Request.Operation == Operation.MessageBatches, Needs = needs };
    }

    /// <summary>The plan with the deployments alone whose price is known, for aliases with <c>unknown_price: reject</c>; null when none is left.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="snapshot">The request's snapshot.</param>
    /// <param name="trace">Receives in words what is left out, for <c>explain</c>; null on the hot path.</param>
    public Plan? KeepPriced(Plan plan, Snapshot snapshot, ICollection<string>? trace)
    {
        var now = clock.GetUtcNow();
        var all = plan.Deployments.Length + plan.ContextWindowFallback.Length + plan.ContentPolicyFallback.Length;
        var (first, contextWindow, contentPolicy) = (Priced(plan.Deployments), Priced(plan.ContextWindowFallback), Priced(plan.ContentPolicyFallback));
        if (first.Length == 0)
        {
            return null;
        }
        if (first.Length + contextWindow.Length + contentPolicy.Length == all)
        {
            return plan;
        }
        return plan with { Deployments = first, Fallbacks = new PlanFallbacks(contextWindow, contentPolicy) };

        DeploymentModel[] Priced(DeploymentModel[] deployments) => Array.FindAll(deployments, deployment =>
        {
            var model = plan.UpstreamModelFor(deployment);
            var isPriced = costs.Knows(snapshot, deployment, model, now);
            if (!isPriced)
            {
                trace?.Add($"{deployment.Id} is left out: no price is known for {model} ({deployment.PriceAs ?? deployment.Provider.PricesFrom}), and unknown_price is reject");
            }
            return isPriced;
        });
    }

    private static long ReadyAt(DeploymentModel deployment) => Math.Max(deployment.State.RestsUntil, deployment.State.CircuitOpenUntil);

    private static RuleModel? MatchRule(AliasModel alias, in RoutingInput input, ICollection<string>? trace)
    {
        foreach (var rule in alias.Rules)
        {
            if (rule.When is null)
            {
                trace?.Add($"{rule.Name}: matches (no conditions)");
                return rule;
            }
            var failed = RuleConditions.FirstThatFails(rule, input);
            if (failed is null)
            {
                trace?.Add($"{rule.Name}: matches");
                return rule;
            }
            trace?.Add($"{rule.Name}: does not match, {failed}");
        }
        trace?.Add("no rule matches");
        return null;
    }

    private Span<Candidate> Score(GroupModel group, Span<Candidate> scores, string wildcard, in RoutingInput input, Capabilities needs, long now, ICollection<string>? trace, int number)
    {
        var explore = group.Strategy == GroupStrategy.LowestLatency && random.Next(LatencyExplorationShare) == 0;
        var used = 0;
        for (var i = 0; i < group.Members.Length; i++)
        {
            var (deployment, weight) = group.Members[i];
            if (!deployment.Serves(input.Request.Operation))
            {
                trace?.Add($"group {number}: {deployment.Id} does not serve this operation");
                continue;
            }
            if (!Needs.AreMet(needs, deployment, deployment.UpstreamModel ?? wildcard))
            {
                trace?.Add($"group {number}: {deployment.Id} does not take {Needs.InWords(needs)}");
                continue;
            }
            var available = deployment.State.IsAvailable(now);
            var score = group.Strategy switch
            {
                GroupStrategy.Weighted => WeightedScore(weight),
                GroupStrategy.LeastBusy => ((deployment.State.InFlight + 1d) / Math.Max(weight, 0.001)) + (random.NextDouble() * 1e-6),
                GroupStrategy.LowestLatency => explore ? random.NextDouble() : deployment.State.LatencyMilliseconds + (random.NextDouble() * 1e-6),
                GroupStrategy.Cheapest => CostScore(deployment, wildcard, input) + (random.NextDouble() * 1e-15),
                _ => i,
            };
            scores[used++] = new Candidate(i, score, available);
            if (trace is not null)
            {
                trace.Add($"group {number}: {deployment.Id} ({Describe(group.Strategy, deployment, weight, wildcard, input)}){(available ? "" : Unavailable(deployment, now))}");
            }
        }
        return scores[..used];
    }

    /// <summary>Sorting by −ln(u) / weight draws without replacement in proportion to the weights (Efraimidis and Spirakis, 2006).</summary>
    private double WeightedScore(int weight) => weight == 0 ? double.MaxValue : -Math.Log(1 - random.NextDouble()) / weight;

    private double CostScore(DeploymentModel deployment, string wildcard, in RoutingInput input)
    {
        var facts = input.Request.Facts;
        var estimate = costs.Estimate(
            input.Snapshot, deployment, deployment.UpstreamModel ?? wildcard, facts.EstimatedInputTokens,
            Math.Min(facts.MaxOutputTokens ?? AssumedOutputTokens, AssumedOutputTokens), clock.GetUtcNow());
        return estimate is { } cost ? (double)cost : double.MaxValue;
    }

    private string Describe(GroupStrategy strategy, DeploymentModel deployment, int weight, string wildcard, in RoutingInput input) => strategy switch
    {
        GroupStrategy.Weighted => $"weight {weight}",
        GroupStrategy.LeastBusy => $"{deployment.State.InFlight} in flight, weight {weight}",
        GroupStrategy.LowestLatency => deployment.State.LatencyMilliseconds == 0 ? "latency not measured yet" : $"{deployment.State.LatencyMilliseconds:F0} ms to first token",
        GroupStrategy.Cheapest => CostScore(deployment, wildcard, input) is var cost && cost >= double.MaxValue ? "price unknown" : $"about ${CostScore(deployment, wildcard, input):0.########}",
        _ => "in the order of the file",
    };

    private string Unavailable(DeploymentModel deployment, long now) =>
        deployment.State.CircuitOpenUntil > now
            ? $": circuit open for another {clock.GetElapsedTime(now, deployment.State.CircuitOpenUntil).TotalSeconds:F0} s"
            : $": rests for another {clock.GetElapsedTime(now, deployment.State.RestsUntil).TotalSeconds:F0} s";

    private readonly record struct Candidate(int Member, double Score, bool Available);
}
