using System.Collections.Concurrent;

namespace AiGateway.Configuration;

/// <summary>The limits and budgets of a configuration, by when they are asked.</summary>
/// <param name="all">All, in the file's order.</param>
internal sealed class LimitTable(LimitModel[] all)
{
    private readonly ConcurrentDictionary<CallerModel, LimitModel[]> _ofCallers = new(ReferenceEqualityComparer.Instance);

    /// <summary>No limits.</summary>
    public static readonly LimitTable None = new([]);

    /// <summary>All, in the file's order: limits, then budgets.</summary>
    public LimitModel[] All { get; } = all;

    /// <summary>Those of the caller, its request and its alias: decided once for an exchange.</summary>
    public LimitModel[] OfExchange { get; } = Array.FindAll(all, static limit => !limit.IsOfAttempt);

    /// <summary>Those of <see cref="OfExchange"/> that a caller can meet at all: with a budget for each of thousands of keys, all but a few are somebody else's.</summary>
    /// <remarks>Found once for each caller of a snapshot.</remarks>
    public LimitModel[] Of(CallerModel caller) => OfExchange.Length == 0 ? OfExchange : _ofCallers.GetOrAdd(
        caller, static (caller, table) => Array.FindAll(table.OfExchange, limit => CanMeet(limit, caller)), this);

    /// <summary>Those of where an attempt goes: decided anew for each.</summary>
    public LimitModel[] OfAttempt { get; } = Array.FindAll(all, static limit => limit.IsOfAttempt);

    /// <summary>Those of the exchange for which requests wait.</summary>
    public LimitModel[] Queued { get; } = Array.FindAll(all, static limit => limit.Queue is not null && !limit.IsOfAttempt);

    /// <summary>Whether any counts money: only then a request is priced before it is sent.</summary>
    public bool CountMoney { get; } = Array.Exists(all, static limit => limit.CountsMoney);

    /// <summary>Whether any is shared with other nodes: only then a decision may have to wait.</summary>
    public bool AreShared { get; } = Array.Exists(all, static limit => limit.Sharing != LimitSharing.Local);

    /// <summary>Whether any holds the most that an answer can come to.</summary>
    public bool HoldWorstCase { get; } = Array.Exists(all, static limit => limit.WorstCase);

    private static bool CanMeet(LimitModel limit, CallerModel caller) => limit.Subject switch
    {
        LimitSubject.Key => limit.Covers(caller.Id),
        LimitSubject.Project => caller.Project is { } project && limit.Covers(project),
        LimitSubject.Team => caller.Team is { } team && limit.Covers(team),
        LimitSubject.Organisation => caller.Organisation is { } organisation && limit.Covers(organisation),
        _ => true,
    };
}
