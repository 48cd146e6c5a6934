namespace AiGateway.Configuration;

/// <summary>The limits and budgets of a configuration, by when they are asked.</summary>
/// <param name="all">All, in the file's order.</param>
internal sealed class LimitTable(LimitModel[] all)
{
    /// <summary>No limits.</summary>
    public static readonly LimitTable None = new([]);

    /// <summary>All, in the file's order: limits, then budgets.</summary>
    public LimitModel[] All { get; } = all;

    /// <summary>Those of the caller, its request and its alias: decided once for an exchange.</summary>
    public LimitModel[] OfExchange { get; } = Array.FindAll(all, static limit => !limit.IsOfAttempt);

    /// <summary>Those of where an attempt goes: decided anew for each.</summary>
    public LimitModel[] OfAttempt { get; } = Array.FindAll(all, static limit => limit.IsOfAttempt);

    /// <summary>Those of the exchange for which requests wait.</summary>
    public LimitModel[] Queued { get; } = Array.FindAll(all, static limit => limit.Queue is not null && !limit.IsOfAttempt);

    /// <summary>Whether any counts money: only then a request is priced before it is sent.</summary>
    public bool CountMoney { get; } = Array.Exists(all, static limit => Array.Exists(limit.Rates, static rate => rate.Measure == LimitMeasure.Spend));

    /// <summary>Whether any is shared with other nodes: only then a decision may have to wait.</summary>
    public bool AreShared { get; } = Array.Exists(all, static limit => limit.Sharing != LimitSharing.Local);

    /// <summary>Whether any holds the most that an answer can come to.</summary>
    public bool HoldWorstCase { get; } = Array.Exists(all, static limit => limit.WorstCase);
}
