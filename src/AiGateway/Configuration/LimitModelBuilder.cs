using System.Collections.Frozen;

namespace AiGateway.Configuration;

/// <summary>Resolves the limits of a routing file.</summary>
internal static class LimitModelBuilder
{
    /// <summary>Billionths of a USD.</summary>
    public const decimal NanoUsd = 1_000_000_000m;

    private const string TagPrefix = "tag:";

    private static readonly FrozenDictionary<string, LimitSubject> Subjects = new Dictionary<string, LimitSubject>
    {
        ["key"] = LimitSubject.Key,
        ["user"] = LimitSubject.User,
        ["project"] = LimitSubject.Project,
        ["team"] = LimitSubject.Team,
        ["organisation"] = LimitSubject.Organisation,
        ["alias"] = LimitSubject.Alias,
        ["deployment"] = LimitSubject.Deployment,
        ["provider"] = LimitSubject.Provider,
        ["gateway"] = LimitSubject.Gateway,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (TimeSpan Window, CalendarUnit? Unit)> Periods = new Dictionary<string, (TimeSpan, CalendarUnit?)>
    {
        ["day"] = (TimeSpan.FromDays(1), CalendarUnit.Day),
        ["week"] = (TimeSpan.FromDays(7), CalendarUnit.Week),
        ["month"] = (TimeSpan.FromDays(30), CalendarUnit.Month),
        ["year"] = (TimeSpan.FromDays(365), CalendarUnit.Year),
        ["rolling_day"] = (TimeSpan.FromDays(1), null),
        ["rolling_week"] = (TimeSpan.FromDays(7), null),
        ["rolling_month"] = (TimeSpan.FromDays(30), null),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The words for periods of budgets.</summary>
    public static IReadOnlyList<string> PeriodWords => ["day", "week", "month", "year", "rolling_day", "rolling_week", "rolling_month"];

    /// <summary>The words for how nodes count together.</summary>
    public static IReadOnlyList<string> ModeWords => ["exact", "leased", "local"];

    /// <summary>The words for what holds while the store does not answer.</summary>
    public static IReadOnlyList<string> StoreFailureWords => ["local", "allow", "deny"];

    /// <summary>The words for subjects, without <c>tag:NAME</c>.</summary>
    public static IEnumerable<string> SubjectWords => Subjects.Keys;

    /// <summary>The word for whose use a limit counts.</summary>
    public static string WordOf(LimitModel limit) => limit.Tag is { } tag ? TagPrefix + tag : Subjects.First(entry => entry.Value == limit.Subject).Key;

    /// <summary>Reads the word for a subject.</summary>
    /// <param name="word">The word.</param>
    /// <param name="subject">The subject.</param>
    /// <param name="tag">The tag's name; null for other subjects.</param>
    public static bool TryParseSubject(string word, out LimitSubject subject, out string? tag)
    {
        tag = null;
        if (Subjects.TryGetValue(word, out subject))
        {
            return true;
        }
        if (word.StartsWith(TagPrefix, StringComparison.Ordinal) && word.Length > TagPrefix.Length)
        {
            (subject, tag) = (LimitSubject.Tag, word[TagPrefix.Length..]);
            return true;
        }
        return false;
    }

    /// <summary>The name of a limit.</summary>
    public static string IdOf(LimitConfig limit) => limit.Id ?? (limit.Match is null ? $"each {limit.On}" : $"{limit.On} {limit.Match}");

    /// <summary>The name of a budget.</summary>
    public static string IdOf(BudgetConfig budget) => budget.Id ?? (budget.Match is null ? $"budget of each {budget.On}" : $"budget of {budget.On} {budget.Match}");

    /// <summary>The limits and budgets of a valid file, in its order.</summary>
    public static LimitTable Build(GatewayConfig config) => new([.. config.Limits.Select(limit => Build(limit, config)), .. config.Budgets.Select(budget => Build(budget, config))]);

    /// <summary>Whether callers of several organisations may count as one subject. What is named by <c>match</c> is one wherever it is.</summary>
    public static bool SpansOrganisations(LimitSubject subject, string? match, GatewayConfig config) => subject switch
    {
        LimitSubject.Key or LimitSubject.Organisation => false,
        LimitSubject.User => match is not null,
        LimitSubject.Project => match is not null && Organisations(config.Callers.Where(caller => caller.Project == match)) > 1,
        LimitSubject.Team => match is not null && Organisations(config.Callers.Where(caller => caller.Team == match)) > 1,
        _ => true,
    };

    private static int Organisations(IEnumerable<CallerConfig> callers) => callers.Select(static caller => caller.Organisation).Distinct().Count();

    private static LimitSharing Sharing(string? mode, bool strict, bool spans, GatewayConfig config) => config.Host.Redis is null ? LimitSharing.Local : mode switch
    {
        "local" => LimitSharing.Local,
        "leased" => LimitSharing.Leased,
        "exact" => spans ? LimitSharing.Leased : LimitSharing.Exact,
        _ => strict && !spans ? LimitSharing.Exact : LimitSharing.Leased,
    };

    private static StoreFailurePolicy OnStoreFailure(string? word) => word switch
    {
        "allow" => StoreFailurePolicy.Allow,
        "deny" => StoreFailurePolicy.Deny,
        _ => StoreFailurePolicy.Local,
    };

    private static LimitModel Build(BudgetConfig budget, GatewayConfig config)
    {
        var (subject, tag) = SubjectOf(budget.On!);
        var spans = SpansOrganisations(subject, budget.Match, config);
        var zone = budget.TimeZone is { } name ? TimeZoneInfo.FindSystemTimeZoneById(name) : TimeZoneInfo.Utc;
        var (window, unit) = Periods[budget.Per ?? "month"];
        return new LimitModel
        {
            Id = IdOf(budget),
            Made = budget.Made,
            Subject = subject,
            Tag = tag,
            Match = budget.Match,
            Except = Exceptions(budget.On, budget.Match, config.Budgets.Select(other => (other.On, other.Match))),
            Rates = [new LimitRate(LimitMeasure.Spend, (long)(budget.Amount!.Value * NanoUsd), window) { Calendar = unit is { } calendar ? new CalendarPeriod(calendar, zone) : null }],
            WorstCase = budget.Reserve != "learned",
            Shadow = budget.Shadow,
            Sharing = Sharing(budget.Mode, budget.Reserve != "learned", spans, config),
            OnStoreFailure = OnStoreFailure(budget.OnStoreFailure),
            SpansOrganisations = spans,
            Budget = new BudgetModel([.. budget.WarnAt.Select(percent => percent / 100).Order()], budget.ThenAlias) { Per = budget.Per ?? "month", Notify = [.. budget.Notify.Distinct()] },
        };
    }

    private static LimitModel Build(LimitConfig limit, GatewayConfig config)
    {
        var (subject, tag) = SubjectOf(limit.On!);
        var spans = SpansOrganisations(subject, limit.Match, config);
        return new LimitModel
        {
            Id = IdOf(limit),
            Made = limit.Made,
            Subject = subject,
            Tag = tag,
            Match = limit.Match,
            Except = Exceptions(limit.On, limit.Match, config.Limits.Select(other => (other.On, other.Match))),
            Rates =
            [
                .. Rates(LimitMeasure.Requests, limit.Requests, 1),
                .. Rates(LimitMeasure.Tokens, limit.Tokens, 1),
                .. Rates(LimitMeasure.InputTokens, limit.InputTokens, 1),
                .. Rates(LimitMeasure.OutputTokens, limit.OutputTokens, 1),
                .. Rates(LimitMeasure.Spend, limit.Spend, NanoUsd),
            ],
            Concurrent = limit.Concurrent,
            WorstCase = limit.Reserve == "worst_case",
            Shadow = limit.Shadow,
            Sharing = Sharing(limit.Mode, limit.Reserve == "worst_case" || limit.Concurrent is not null, spans, config),
            OnStoreFailure = OnStoreFailure(limit.OnStoreFailure),
            SpansOrganisations = spans,
            Queue = limit.Queue is { } queue ? new QueueModel(queue.MaxWait ?? QueueModel.Default.MaxWait, queue.MaxWaiting ?? QueueModel.Default.MaxWaiting) : null,
        };
    }

    private static (LimitSubject Subject, string? Tag) SubjectOf(string word) =>
        TryParseSubject(word, out var subject, out var tag) ? (subject, tag) : throw new ArgumentException("Not a subject; the validator refuses it.", nameof(word));

    /// <summary>For one that names no subject: those that others of its kind name.</summary>
    private static FrozenSet<string> Exceptions(string? on, string? match, IEnumerable<(string? On, string? Match)> all) => match is not null ? FrozenSet<string>.Empty
        : all.Where(other => other.On == on).Select(static other => other.Match).OfType<string>().ToFrozenSet(StringComparer.Ordinal);

    private static IEnumerable<LimitRate> Rates(LimitMeasure measure, IReadOnlyList<Rate> rates, decimal unit) =>
        rates.Select(rate => new LimitRate(measure, (long)(rate.Amount * unit), rate.Window));
}
