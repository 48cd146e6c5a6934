using AiGateway.Admission;
using AiGateway.Configuration;

namespace AiGateway.Tests.Admission.Sharing;

/// <summary>Makes limits that nodes share.</summary>
internal static class SharedLimit
{
    public static LimitModel Of(string id, LimitSharing sharing, LimitMeasure measure, long amount, TimeSpan? window = null, StoreFailurePolicy onFailure = StoreFailurePolicy.Local, bool worstCase = true, DateTimeOffset? made = null) => new()
    {
        Id = id,
        Made = made,
        Subject = LimitSubject.Team,
        Except = new HashSet<string>(),
        Rates = [new LimitRate(measure, amount, window ?? TimeSpan.FromHours(1))],
        Sharing = sharing,
        OnStoreFailure = onFailure,
        WorstCase = worstCase,
    };

    public static LimitModel Concurrent(string id, LimitSharing sharing, int most) => new()
    {
        Id = id,
        Subject = LimitSubject.Team,
        Except = new HashSet<string>(),
        Rates = [],
        Concurrent = most,
        Sharing = sharing,
    };

    public static Claim Claim(this LimitModel limit, long amount = 0, string team = "red") => new(limit, team, Demand(limit, amount, requests: 1), "acme");

    public static Demand Demand(LimitModel limit, long amount, long requests = 0) => limit.Rates is [{ Measure: LimitMeasure.Spend }]
        ? new Demand(requests, 0, 0, amount) : new Demand(requests, amount / 2, amount - (amount / 2), 0);
}
