using System.Globalization;
using AiGateway.Caching;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Cli;

/// <summary>What a cache would do for a request, in words: whether it is looked up, among whom its answer is shared, and for how long.</summary>
internal static class CacheVerdict
{
    /// <summary>The verdict; null where the alias has no cache.</summary>
    /// <param name="exchange">The request, routed.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="showsKey">Whether the body is the caller's own, so that its key says something.</param>
    public static string? Of(Exchange exchange, IHeaderDictionary headers, bool showsKey)
    {
        if (exchange.Plan!.Alias.Cache is not { } cache)
        {
            return null;
        }
        var controls = CacheControls.Read(headers);
        var bypass = Cacheability.BypassOf(exchange, cache, controls);
        if (bypass != CacheBypass.None)
        {
            return "passed by: " + WhyNot(bypass);
        }
        var tenant = AnswerKeys.TenantOf(exchange.Caller, cache.Scope);
        if (AnswerKeys.Of(exchange, cache, tenant, controls.Space, headers, out _) is not { } key)
        {
            return "passed by: " + WhyNot(CacheBypass.NoKey);
        }
        var use = new CacheUse(cache, controls, tenant, key, AnswerForm.Of(exchange.Request!));
        var text = $"{(controls.IsRefresh ? "asked anew" : "looked up")}, and kept for {Words(use.Ttl)}";
        text = use.StaleFor > TimeSpan.Zero ? $"{text}, served for {Words(use.StaleFor)} more while it is renewed" : text;
        text += $"; shared {AmongWhom(exchange.Caller, cache.Scope)}";
        text = controls.Space.Length > 0 ? $"{text}, in the namespace '{controls.Space}'" : text;
        text = cache.Semantic is { } semantic ? $"{text}; questions that mean the same are {(semantic.Serves ? "compared" : "compared on trial")}" : text;
        return showsKey ? $"{text}; key {key}" : text;
    }

    private static string AmongWhom(CallerModel caller, CacheScope scope) => scope switch
    {
        CacheScope.Alias => "by all who may use the alias",
        CacheScope.Team when caller.Team is { } team => $"within the team {team}",
        CacheScope.Project when caller.Project is { } project => $"within the project {project}",
        _ => $"with nobody but {caller.Id}",
    };

    private static string WhyNot(CacheBypass bypass) => bypass switch
    {
        CacheBypass.Operation => "answers of this operation, or in this form, are not cached",
        CacheBypass.NotDeterministic => $"it has neither temperature 0 nor a seed ('requests: {CacheWords.All}' would cache it)",
        CacheBypass.Stateful => "its answer is stored, or goes on from one that is ('store: false' would change that)",
        CacheBypass.Caller => "its headers say so",
        _ => "its body nests and disorders its members too much for a key",
    };

    private static string Words(TimeSpan time) => time switch
    {
        { TotalDays: >= 1, Ticks: var ticks } when ticks % TimeSpan.TicksPerDay == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays}d"),
        { TotalHours: >= 1, Ticks: var ticks } when ticks % TimeSpan.TicksPerHour == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours}h"),
        { TotalMinutes: >= 1, Ticks: var ticks } when ticks % TimeSpan.TicksPerMinute == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds}s"),
    };
}
