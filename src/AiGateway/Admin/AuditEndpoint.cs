using System.Globalization;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Admin;

/// <summary><c>GET /admin/audit</c>: who changed what when, the newest first.</summary>
internal sealed class AuditEndpoint(IRuntimeStore store)
{
    private const int Standard = 100;
    private const int Most = 1_000;
    private static readonly string[] Names = ["limit", "before", "kind", "id", "actor"];

    /// <summary>Answers a request.</summary>
    public async Task GetAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await AdminAnswer.WrongMethodAsync(context, "GET, HEAD");
            return;
        }
        if (Read(context.Request.Query, out var problem) is not { } query)
        {
            await AdminAnswer.ProblemAsync(context, AdminProblem.Malformed(problem!));
            return;
        }
        var rows = await store.AuditAsync(query with { Limit = query.Limit + 1 }, context.RequestAborted);
        await AdminAnswer.AuditAsync(context, [.. rows.Take(query.Limit)], rows.Count > query.Limit);
    }

    private static AuditQuery? Read(IQueryCollection values, out string? problem)
    {
        string? Last(string name) => values[name] is [.., { Length: > 0 } last] ? last : null;

        problem = values.Keys.FirstOrDefault(name => !Names.Contains(name)) is { } unknown ? $"'{EntryIds.Shown(unknown)}' is no parameter of the audit. Known: {string.Join(", ", Names)}." : null;
        var (limit, before) = (Standard, long.MaxValue);
        if (Last("limit") is { } most && (!int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > Most))
        {
            problem ??= $"'limit' must be a whole number from 1 to {Most}.";
        }
        if (Last("before") is { } number && !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            problem ??= "'before' must be the number of a row.";
        }
        EntryKind? kind = null;
        if (Last("kind") is { } word && (kind = EntryKinds.Parse(word)) is null)
        {
            problem ??= "'kind' must be key, team, limit or budget.";
        }
        return problem is null ? new AuditQuery(before, limit, kind, Last("id"), Last("actor")) : null;
    }
}
