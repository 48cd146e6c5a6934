using System.Globalization;

namespace AiGateway.Configuration;

/// <summary>A limit, resolved.</summary>
internal sealed class LimitModel
{
    /// <summary>Name in messages, metrics and records.</summary>
    public required string Id { get; init; }

    /// <summary>When it was made at run time; null for the file's.</summary>
    public DateTimeOffset? Made { get; init; }

    /// <summary>The name under which a store keeps it. What is made again under the same name has a use of its own there, whichever node hears of it first.</summary>
    public string StoreName => field ??= Made is { } made ? string.Create(CultureInfo.InvariantCulture, $"{Id}@{made.ToUnixTimeMilliseconds()}") : Id;

    /// <summary>Whose use is counted.</summary>
    public required LimitSubject Subject { get; init; }

    /// <summary>The tag's name where the subject is a tag; else null.</summary>
    public string? Tag { get; init; }

    /// <summary>The one subject it holds for; null: each has the whole limit to itself.</summary>
    public string? Match { get; init; }

    /// <summary>For a limit without <see cref="Match"/>: the subjects that have one of their own.</summary>
    public required IReadOnlySet<string> Except { get; init; }

    /// <summary>What is limited, and to what.</summary>
    public required LimitRate[] Rates { get; init; }

    /// <summary>Most requests at the same time; null for no bound.</summary>
    public int? Concurrent { get; init; }

    /// <summary>Whether the most that an answer can come to is held, rather than what answers usually come to.</summary>
    public bool WorstCase { get; init; }

    /// <summary>What makes it a budget; null for a limit.</summary>
    public BudgetModel? Budget { get; init; }

    /// <summary>Whether it only decides and counts.</summary>
    public bool Shadow { get; init; }

    /// <summary>How the nodes count it together.</summary>
    public LimitSharing Sharing { get; init; }

    /// <summary>What holds while the store does not answer.</summary>
    public StoreFailurePolicy OnStoreFailure { get; init; }

    /// <summary>Whether one of its subjects may have callers in several organisations, so that no store keeps it together with what is an organisation's own.</summary>
    public bool SpansOrganisations { get; init; }

    /// <summary>That requests wait for room; null: they are refused at once.</summary>
    public QueueModel? Queue { get; init; }

    /// <summary>Whether it depends on where a request is sent, and so is decided anew for each attempt.</summary>
    public bool IsOfAttempt => Subject is LimitSubject.Deployment or LimitSubject.Provider;

    /// <summary>Whether it counts money.</summary>
    public bool CountsMoney => Array.Exists(Rates, static rate => rate.Measure == LimitMeasure.Spend);

    /// <summary>Whether the limit is for this value of its subject.</summary>
    public bool Covers(string value) => Match is null ? !Except.Contains(value) : string.Equals(Match, value, StringComparison.Ordinal);
}

/// <summary>What is limited, how much of it, in what time.</summary>
/// <param name="Measure">What.</param>
/// <param name="Amount">How much: requests, tokens, or USD in billionths.</param>
/// <param name="Window">The sliding time.</param>
internal sealed record LimitRate(LimitMeasure Measure, long Amount, TimeSpan Window)
{
    /// <summary>The calendar's period in place of a sliding time; null for one that slides.</summary>
    public CalendarPeriod? Calendar { get; init; }

    /// <summary>The name under which a store keeps it: the same for all rates that count the same thing in the same time, whatever they allow.</summary>
    public string Code => field ??= Calendar is { } calendar
        ? $"{Measure}/{calendar.Unit}/{calendar.TimeZone.Id}" : string.Create(CultureInfo.InvariantCulture, $"{Measure}/{Window.Ticks / TimeSpan.TicksPerSecond}");
}

/// <summary>What makes a limit a budget.</summary>
/// <param name="WarnAt">Shares from which answers carry a warning, 0 to 1, ascending.</param>
/// <param name="ThenAlias">The alias that answers once it is spent; null: nobody does.</param>
internal sealed record BudgetModel(decimal[] WarnAt, string? ThenAlias)
{
    /// <summary>Its period, in the file's word.</summary>
    public string Per { get; init; } = "month";

    /// <summary>Ids of the webhooks that are told of it.</summary>
    public string[] Notify { get; init; } = [];
}

/// <summary>What a limit counts.</summary>
internal enum LimitMeasure
{
    /// <summary>Requests.</summary>
    Requests,

    /// <summary>Input and output tokens together.</summary>
    Tokens,

    /// <summary>Input tokens.</summary>
    InputTokens,

    /// <summary>Output tokens.</summary>
    OutputTokens,

    /// <summary>Money, in billionths of a USD.</summary>
    Spend,
}

/// <summary>Whose use a limit counts.</summary>
internal enum LimitSubject
{
    /// <summary>A caller's key.</summary>
    Key,

    /// <summary>The end user that the request names, within its project.</summary>
    User,

    /// <summary>A project.</summary>
    Project,

    /// <summary>A team.</summary>
    Team,

    /// <summary>An organisation.</summary>
    Organisation,

    /// <summary>A value of one tag.</summary>
    Tag,

    /// <summary>An alias.</summary>
    Alias,

    /// <summary>A deployment.</summary>
    Deployment,

    /// <summary>A provider.</summary>
    Provider,

    /// <summary>Everybody together.</summary>
    Gateway,
}
