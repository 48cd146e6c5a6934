using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Whose use a request counts as.</summary>
internal static class Subjects
{
    private const string Everybody = "*";

    /// <summary>The value of a limit's subject for an exchange; null when it has none.</summary>
    public static string? ValueOf(LimitModel limit, Exchange exchange)
    {
        var caller = exchange.Caller;
        return limit.Subject switch
        {
            LimitSubject.Key => caller.Id,
            // A name means somebody only within its project: another team's user of the same name is another.
            LimitSubject.User => exchange.Request!.Facts.User is not { Length: > 0 } user ? null : limit.Match is null ? $"{caller.Tenant}\n{user}" : user,
            LimitSubject.Project => caller.Project,
            LimitSubject.Team => caller.Team,
            LimitSubject.Organisation => caller.Organisation,
            LimitSubject.Tag => TagOf(caller.Tags, limit.Tag!) ?? TagOf(exchange.Request!.Tags, limit.Tag!),
            LimitSubject.Alias => exchange.Plan!.Alias.Name,
            LimitSubject.Gateway => Everybody,
            _ => null,
        };
    }

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
