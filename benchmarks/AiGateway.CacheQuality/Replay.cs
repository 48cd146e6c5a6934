using AiGateway.CacheQuality.Policies;
using AiGateway.CacheQuality.Questions;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.CacheQuality;

/// <summary>Asks all questions of a workload of one policy.</summary>
internal static class Replay
{
    /// <param name="judge">Whether a cached text's answer is judged to be right for the one asked; what checks learn from.</param>
    internal static ReplayResult Run(EmbeddedWorkload embedded, HitPolicy policy, Func<int, int, bool> judge)
    {
        var workload = embedded.Workload;
        var cached = new bool[workload.Texts.Count];
        foreach (var text in workload.Cached)
            cached[text] = true;

        var near = new Candidate[policy.Width];
        var result = new ReplayResult { Requests = workload.Asked.Count };
        for (var question = 0; question < workload.Asked.Count; question++)
        {
            var asked = workload.Asked[question];
            var count = 0;
            foreach (var candidate in embedded.Neighbours(question))
            {
                if (!cached[candidate.Text])
                    continue;
                near[count++] = candidate;
                if (count == near.Length)
                    break;
            }
            var decision = count == 0 ? PolicyDecision.Miss : policy.Decide(asked, near.AsSpan(0, count));
            var confirmed = false;
            if (decision.Action == AcceptanceDecision.Serve)
            {
                result.Served++;
                if (!workload.IsSame(decision.Cached, asked))
                    result.Wrong++;
                continue;
            }
            if (decision.Action == AcceptanceDecision.Check)
            {
                result.Checks++;
                if (decision.CostsCall)
                    result.ExtraCalls++;
                confirmed = judge(decision.Cached, asked);
                policy.Learn(!confirmed);
            }
            if (workload.Grows && (!confirmed || policy.KeepsConfirmed))
                cached[asked] = true;
        }
        return result;
    }
}
