using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;
using AiGateway.Configuration.Yaml;
using AiGateway.Telemetry;

namespace AiGateway.Admin;

/// <summary><c>/admin/keys</c>, <c>/admin/teams</c>, <c>/admin/limits</c> and <c>/admin/budgets</c>: made, read, changed and removed at run time.</summary>
internal sealed partial class EntriesEndpoint(EntryBook book, SnapshotHolder snapshots, RuntimeMetrics metrics, TimeProvider clock, ILogger<EntriesEndpoint> logger)
{
    private const int LongestIdempotencyKey = 200;
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(30);

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="who">The admin key, whose role allows it.</param>
    /// <param name="kind">Of what.</param>
    /// <param name="rest">What stands behind the kind in the address: the name, and what is to be done with it.</param>
    public Task HandleAsync(HttpContext context, AdminKeyModel who, EntryKind kind, string[] rest)
    {
        var method = context.Request.Method;
        return (method, rest) switch
        {
            ("GET" or "HEAD", []) => ListAsync(context, kind),
            ("POST", []) => CreateAsync(context, who, kind),
            ("GET" or "HEAD", [var id]) => GetAsync(context, kind, id),
            ("PATCH", [var id]) => PatchAsync(context, who, kind, id),
            ("DELETE", [var id]) => ChangeAsync(context, who, decisions => decisions.Remove(kind, id, IfMatch(context))),
            ("POST", [var id, "rotate"]) when kind == EntryKind.Key => RotateAsync(context, who, id),
            ("POST", [var id, "disable" or "enable"]) when kind is EntryKind.Key or EntryKind.Team =>
                ChangeAsync(context, who, decisions => decisions.Switch(kind, id, IfMatch(context), off: rest[1] == "disable")),
            (_, []) => AdminAnswer.WrongMethodAsync(context, "GET, HEAD, POST"),
            (_, [_]) => AdminAnswer.WrongMethodAsync(context, "GET, HEAD, PATCH, DELETE"),
            _ => AdminAnswer.ProblemAsync(context, Unknown(kind)),
        };
    }

    private static AdminProblem Unknown(EntryKind kind) => AdminProblem.NotFound(
        $"There is nothing at this address. Known under /admin/{kind.Plural}/ID: {(kind == EntryKind.Key ? "rotate, disable and enable" : kind == EntryKind.Team ? "disable and enable" : "nothing")}, by POST.");

    private static string? IfMatch(HttpContext context) => context.Request.Headers.IfMatch is { Count: > 0 } values ? string.Join(',', values.OfType<string>()) : null;

    private Task ListAsync(HttpContext context, EntryKind kind)
    {
        if (EntryListQuery.TryRead(context.Request.Query, kind, out var problem) is not { } query)
        {
            return AdminAnswer.ProblemAsync(context, AdminProblem.Malformed(problem!));
        }
        var (file, set, now) = (snapshots.File, book.Current, clock.GetUtcNow());
        // By name already, and made lazily: a page of a hundred thousand keys looks at those that are on it.
        var made = set.Of(kind).SkipWhile(query.IsBefore).Select(entry => EntryView.Of(entry, file, set, now)).Where(query.Fits).Take(query.Limit + 2);
        var found = EntryView.OfFile(file, kind, now).Where(query.Fits).Concat(made).OrderBy(static view => view.Id, StringComparer.Ordinal).Take(query.Limit + 2).ToList();
        // An entry and the file's one that shadows it have one name, and no page ends between them.
        var count = Math.Min(query.Limit, found.Count);
        count += count > 0 && count < found.Count && found[count].Id == found[count - 1].Id ? 1 : 0;
        return AdminAnswer.ListAsync(context, found[..count], found.Count > count, set);
    }

    private Task GetAsync(HttpContext context, EntryKind kind, string id)
    {
        var (file, set, now) = (snapshots.File, book.Current, clock.GetUtcNow());
        if (set.Find(kind, id) is { } entry && (entry.Removed is null || kind == EntryKind.Key))
        {
            if (context.Request.Headers.IfNoneMatch is { Count: > 0 } known && EntryTags.Match(string.Join(',', known.OfType<string>()), entry))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                context.Response.Headers.ETag = EntryTags.Of(entry);
                return Task.CompletedTask;
            }
            return AdminAnswer.EntryAsync(context, EntryView.Of(entry, file, set, now), null);
        }
        return EntryView.OfFile(file, kind, now).FirstOrDefault(view => view.Id == id) is { } written
            ? AdminAnswer.EntryAsync(context, written, null)
            : AdminAnswer.ProblemAsync(context, AdminProblem.NotFound($"There is no {kind.Word} '{EntryIds.Shown(id)}'. GET /admin/{kind.Plural} lists them."));
    }

    private async Task CreateAsync(HttpContext context, AdminKeyModel who, EntryKind kind)
    {
        var (body, problem) = await AdminRequest.ReadAsync(context.Request, isRequired: true);
        if (body is null)
        {
            await AdminAnswer.ProblemAsync(context, problem!);
            return;
        }
        var idempotencyKey = context.Request.Headers["Idempotency-Key"] is [{ Length: > 0 } text] ? text : null;
        if (idempotencyKey?.Length > LongestIdempotencyKey)
        {
            await AdminAnswer.ProblemAsync(context, AdminProblem.Malformed($"An Idempotency-Key has at most {LongestIdempotencyKey} characters."));
            return;
        }
        var request = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind.Word} {body.ToJsonString()}")));
        if (!TryTake(body, "id", out var id) || !TryTake(body, kind == EntryKind.Key ? "key_hash" : null, out var keyHash))
        {
            await AdminAnswer.ProblemAsync(context, AdminProblem.Malformed("'id' and 'key_hash' are texts; leave them out to have them made."));
            return;
        }
        foreach (var name in body.Where(static member => member.Value is null).Select(static member => member.Key).ToList())
        {
            body.Remove(name);
        }
        var draft = new EntryDraft(kind, id, keyHash, body, idempotencyKey is null ? null : new MadeEntry(idempotencyKey, request, ""));
        await ChangeAsync(context, who, (decisions, made) => decisions.Create(draft, made), idempotencyKey);
    }

    private async Task PatchAsync(HttpContext context, AdminKeyModel who, EntryKind kind, string id)
    {
        var (body, problem) = await AdminRequest.ReadAsync(context.Request, isRequired: true);
        await (body is null ? AdminAnswer.ProblemAsync(context, problem!) : ChangeAsync(context, who, decisions => decisions.Patch(kind, id, IfMatch(context), body.DeepClone().AsObject())));
    }

    private async Task RotateAsync(HttpContext context, AdminKeyModel who, string id)
    {
        var (body, problem) = await AdminRequest.ReadAsync(context.Request, isRequired: false);
        if (body is null)
        {
            await AdminAnswer.ProblemAsync(context, problem!);
            return;
        }
        var grace = TimeSpan.Zero;
        if (!TryTake(body, "key_hash", out var keyHash) || !TryTake(body, "grace", out var text) || body.Count > 0
            || (text is not null && (!Units.TryParseDuration(text, out grace, out _) || grace > LongestGrace)))
        {
            await AdminAnswer.ProblemAsync(context, AdminProblem.Malformed("A rotation takes 'grace', how long the key before it still works (0 to 30d, such as 24h; default 0), and 'key_hash', of a key that you made yourself."));
            return;
        }
        await ChangeAsync(context, who, decisions => decisions.Rotate(id, IfMatch(context), keyHash, grace));
    }

    private Task ChangeAsync(HttpContext context, AdminKeyModel who, Func<EntryDecisions, EntryOutcome> decide) => ChangeAsync(context, who, (decisions, _) => decide(decisions), null);

    private async Task ChangeAsync(HttpContext context, AdminKeyModel who, Func<EntryDecisions, MadeEntry?, EntryOutcome> decide, string? idempotencyKey)
    {
        var outcome = await book.ChangeAsync((set, made) => decide(new EntryDecisions(snapshots.File, set, who.Id, clock.GetUtcNow()), made), who.Id, idempotencyKey, context.RequestAborted);
        if (outcome.Problem is { } problem)
        {
            await AdminAnswer.ProblemAsync(context, problem);
            return;
        }
        var entry = outcome.Entry!;
        if (outcome.Change is { Audit.Action: var action })
        {
            Log.Changed(logger, who.Id, action, entry.Kind.Word, entry.Id, entry.Revision);
            metrics.Changed(entry.Kind, action);
            if (action == "create")
            {
                context.Response.StatusCode = StatusCodes.Status201Created;
                context.Response.Headers.Location = $"/admin/{entry.Kind.Plural}/{Uri.EscapeDataString(entry.Id)}";
            }
        }
        else if (outcome.IsRepetition)
        {
            context.Response.Headers["Idempotent-Replayed"] = "true";
        }
        await AdminAnswer.EntryAsync(context, EntryView.Of(entry, snapshots.File, book.Current, clock.GetUtcNow()), outcome);
    }

    /// <summary>Takes a text out of a body.</summary>
    /// <returns>False when it is there and no text.</returns>
    private static bool TryTake(JsonObject body, string? name, out string? value)
    {
        value = null;
        if (name is null || !body.TryGetPropertyValue(name, out var node))
        {
            return true;
        }
        body.Remove(name);
        return node is null || (node is JsonValue text && text.TryGetValue(out value));
    }

    private static partial class Log
    {
        [LoggerMessage(5111, LogLevel.Information, "Admin key '{Actor}': {Action} of the {Kind} '{Id}', revision {Revision}.")]
        public static partial void Changed(ILogger logger, string actor, string action, string kind, string id, long revision);
    }
}
