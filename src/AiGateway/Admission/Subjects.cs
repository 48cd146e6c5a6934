using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Whose use a request counts as.</summary>
internal static class Subjects
{
    /// <summary>The one subject of a limit on the gateway as a whole.</summary>
    public const string Everybody = "*";

    /// <summary>The name of a limit's subject for an exchange, as the file and callers have it; null when it has none.</summary>
    public static string? ValueOf(LimitModel limit, Exchange exchange) =>
        ValueOf(limit, exchange.Caller, exchange.Request!.Facts.User, exchange.Request.Tags, exchange.Plan!.Alias.Name);

    /// <summary>The same of what is known when an exchange has ended.</summary>
    public static string? ValueOf(LimitModel limit, CallerModel caller, string? user, KeyValuePair<string, string>[] tags, string? alias) => limit.Subject switch
    {
        LimitSubject.Key => caller.Id,
        LimitSubject.User => user is { Length: > 0 } ? user : null,
        LimitSubject.Project => caller.Project,
        LimitSubject.Team => caller.Team,
        LimitSubject.Organisation => caller.Organisation,
        LimitSubject.Tag => TagOf(caller.Tags, limit.Tag!) ?? TagOf(tags, limit.Tag!),
        LimitSubject.Alias => alias,
        LimitSubject.Gateway => Everybody,
        _ => null,
    };

    /// <summary>Under which name its use is counted: a user means somebody only within its project, a project within its team, a team within its organisation.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="name">The subject's name.</param>
    public static string KeyOf(LimitModel limit, CallerModel caller, string name) => limit.Match is not null ? name : limit.Subject switch
    {
        LimitSubject.User => $"{caller.Tenant}\n{name}",
        LimitSubject.Project => caller.ProjectKey!,
        LimitSubject.Team => caller.TeamKey!,
        _ => name,
    };

    /// <summary>Under which name an exchange's use of a limit is counted; null when the limit is not for it.</summary>
    public static string? KeyOf(LimitModel limit, Exchange exchange) =>
        ValueOf(limit, exchange) is { } value && limit.Covers(value) ? KeyOf(limit, exchange.Caller, value) : null;

    /// <summary>The same for names as the ledger has them, the widest first.</summary>
    public static string KeyOf(LimitModel limit, IEnumerable<string> names) => limit.Match ?? string.Join('/', names);

    /// <summary>The subject of a limit on where an attempt goes.</summary>
    public static string ValueOf(LimitModel limit, DeploymentModel deployment) => limit.Subject == LimitSubject.Provider ? deployment.Provider.Id : deployment.Id;

    private static string? TagOf(KeyValuePair<string, string>[] tags, string name)
    {
        foreach (var tag in tags)
        {
            if (string.Equals(tag.Key, name, StringComparison.Ordinal))
            {
                return tag.Value;
            }
        }
        return null;
    }
}
