using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Telemetry;

/// <summary>The tag arrays of one snapshot: each combination is built once, so that recording allocates nothing.</summary>
/// <remarks>
/// Keys compare by reference: aliases, teams and deployments are the snapshot's own objects, so equal means same. Belongs
/// to one snapshot and is thrown away with it, or a reload would keep the old snapshot alive.
/// </remarks>
internal sealed class TagCache(Snapshot snapshot)
{
    // Against a configuration with very many teams; beyond it arrays are built per request, which is slower and no worse.
    private const int Limit = 16_384;

    private readonly ConcurrentDictionary<RequestKey, RequestTags> _requests = new();
    private readonly ConcurrentDictionary<SpendKey, SpendTags> _spends = new();
    private readonly ConcurrentDictionary<AttemptKey, KeyValuePair<string, object?>[]> _attempts = new();
    private int _count;

    /// <summary>The snapshot it belongs to.</summary>
    public Snapshot Snapshot { get; } = snapshot;

    /// <summary>Tags of a request.</summary>
    public RequestTags ForRequest(RequestRecord record, DeploymentModel? deployment)
    {
        var key = new RequestKey(record.Alias, record.Caller.Team, deployment, record.Operation, record.Status / 100, record.Outcome, record.Rejection?.Reason ?? RejectionReason.None);
        if (!_requests.TryGetValue(key, out var tags))
        {
            tags = new RequestTags(key);
            Keep(_requests, key, tags, record);
        }
        return tags;
    }

    /// <summary>Tags of what a request consumed at a deployment.</summary>
    public SpendTags ForSpend(RequestRecord record, DeploymentModel? deployment)
    {
        var key = new SpendKey(record.Alias, record.Caller.Team, deployment);
        if (!_spends.TryGetValue(key, out var tags))
        {
            tags = new SpendTags(key);
            Keep(_spends, key, tags, record);
        }
        return tags;
    }

    /// <summary>Tags of an attempt.</summary>
    public KeyValuePair<string, object?>[] ForAttempt(RequestRecord record, AttemptRecord attempt)
    {
        var key = new AttemptKey(attempt.Deployment, attempt.Outcome);
        if (!_attempts.TryGetValue(key, out var tags))
        {
            tags =
            [
                new(TagNames.Deployment, attempt.Deployment.Id),
                new(TagNames.Provider, attempt.Deployment.Provider.Id),
                new(TagNames.Outcome, TagValues.Of(attempt.Outcome)),
            ];
            Keep(_attempts, key, tags, record);
        }
        return tags;
    }

    private void Keep<TKey, TTags>(ConcurrentDictionary<TKey, TTags> cache, TKey key, TTags tags, RequestRecord record)
        where TKey : notnull
    {
        // A request that began before a reload brings objects of the old snapshot.
        if (Volatile.Read(ref _count) < Limit && string.Equals(record.ConfigVersion, Snapshot.Version, StringComparison.Ordinal) && cache.TryAdd(key, tags))
        {
            Interlocked.Increment(ref _count);
        }
    }

    private readonly record struct AttemptKey(DeploymentModel Deployment, AttemptOutcome Outcome);
}

/// <summary>What decides a request's tags.</summary>
internal readonly record struct RequestKey(string? Alias, string? Team, DeploymentModel? Deployment, Operation? Operation, int StatusClass, RequestOutcome Outcome, RejectionReason Reason)
{
    public bool Equals(RequestKey other) => ReferenceEquals(Alias, other.Alias) && ReferenceEquals(Team, other.Team) && ReferenceEquals(Deployment, other.Deployment)
        && Operation == other.Operation && StatusClass == other.StatusClass && Outcome == other.Outcome && Reason == other.Reason;

    public override int GetHashCode() => HashCode.Combine(
        RuntimeHelpers.GetHashCode(Alias), RuntimeHelpers.GetHashCode(Team), RuntimeHelpers.GetHashCode(Deployment), ((int)Operation.GetValueOrDefault() << 24) | (StatusClass << 16) | ((int)Outcome << 8) | (int)Reason);
}

/// <summary>What decides the tags of tokens and cost.</summary>
internal readonly record struct SpendKey(string? Alias, string? Team, DeploymentModel? Deployment)
{
    public bool Equals(SpendKey other) => ReferenceEquals(Alias, other.Alias) && ReferenceEquals(Team, other.Team) && ReferenceEquals(Deployment, other.Deployment);

    public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(Alias), RuntimeHelpers.GetHashCode(Team), RuntimeHelpers.GetHashCode(Deployment));
}
