namespace AiGateway.Configuration;

/// <summary>Money that one subject may spend in a period, as written.</summary>
internal sealed record BudgetConfig
{
    /// <summary>Name in messages, metrics and records; unique among limits and budgets. Default: made of <see cref="On"/> and <see cref="Match"/>.</summary>
    public string? Id { get; init; }

    /// <summary>Whose money it is; as <see cref="LimitConfig.On"/>. Required.</summary>
    public string? On { get; init; }

    /// <summary>The one subject it holds for. Default: each has a whole one of its own.</summary>
    public string? Match { get; init; }

    /// <summary>Most USD in a period, above 0. Required.</summary>
    public decimal? Amount { get; init; }

    /// <summary>The period: <c>day</c>, <c>week</c> (from Monday), <c>month</c> (default) or <c>year</c> of the calendar, or <c>rolling_day</c>, <c>rolling_week</c>, <c>rolling_month</c> (30 days).</summary>
    public string? Per { get; init; }

    /// <summary>IANA name of the time zone in which calendar periods begin. Default UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>What is held for an answer that is not there yet: <c>worst_case</c> (default), with which the amount is never passed, or <c>learned</c>.</summary>
    public string? Reserve { get; init; }

    /// <summary>Shares in percent from which answers carry a warning. Default none.</summary>
    public IReadOnlyList<decimal> WarnAt { get; init; } = [];

    /// <summary>Ids of webhooks that are told when a share of <see cref="WarnAt"/> is used, when it is spent, and when it renews. Default none.</summary>
    public IReadOnlyList<string> Notify { get; init; } = [];

    /// <summary>An alias that requests are answered by once the budget is spent; itself within all limits. Default: they are refused.</summary>
    public string? ThenAlias { get; init; }

    /// <summary>Decide and count, but refuse nothing. Default false.</summary>
    public bool Shadow { get; init; }

    /// <summary>With <c>host.redis</c>, how nodes count together: <c>exact</c>, <c>leased</c> or <c>local</c>. Default exact for what reserves the worst case, else leased.</summary>
    public string? Mode { get; init; }

    /// <summary>What holds while the store does not answer: <c>local</c> (default), <c>allow</c> or <c>deny</c>.</summary>
    public string? OnStoreFailure { get; init; }

    /// <summary>When it was made at run time, so that one that is made again under the same name begins anew; null for the file's.</summary>
    public DateTimeOffset? Made { get; init; }
}
