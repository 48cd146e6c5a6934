using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;
using AiGateway.Configuration.Validation;

namespace AiGateway.Admin;

/// <summary>Decides what a change of an entry is to be, from what the file says and what is there. Touches nothing: the book writes it, or asks again when the store has gone on.</summary>
/// <param name="file">What the file says.</param>
/// <param name="runtime">What is there.</param>
/// <param name="actor">The admin key that asks.</param>
/// <param name="now">The time.</param>
internal sealed class EntryDecisions(Snapshot file, RuntimeSet runtime, string actor, DateTimeOffset now)
{
    private const int MostKeys = 100_000;
    private const int MostOthers = 20_000;
    private const int IdBytes = 9;

    /// <summary>Makes an entry; finds it where the same was made before.</summary>
    /// <param name="draft">What is wanted.</param>
    /// <param name="made">What was made under the draft's idempotency key; null for nothing.</param>
    public EntryOutcome Create(EntryDraft draft, MadeEntry? made)
    {
        if (made is not null)
        {
            return Repeat(draft, made);
        }
        var findings = new Findings("");
        if (EntryBinder.Bind(draft.Kind, draft.Body.ToJsonString(), findings) is not { } content)
        {
            return EntryOutcome.Refused(AdminProblem.Invalid(Messages(findings.Errors())));
        }
        var id = draft.Id ?? DefaultId(draft.Kind, content);
        if (!EntryIds.IsGood(id))
        {
            return EntryOutcome.Refused(AdminProblem.Malformed(draft.Id is null ? $"The name '{id}' cannot stand in an address. Give an 'id' of your own: {EntryIds.Form}." : $"'id' must be {EntryIds.Form}."));
        }
        if (FilePlaces.LineOf(file, draft.Kind, id) is { } line)
        {
            return EntryOutcome.Refused(AdminProblem.InFile($"The {draft.Kind.Word} '{id}'", line));
        }
        if (runtime.Find(draft.Kind, id) is { } there && (there.Removed is null || draft.Kind == EntryKind.Key))
        {
            return there.Removed is null && IsSame(there, draft)
                ? new EntryOutcome { Entry = there, IsRepetition = true }
                : EntryOutcome.Refused(AdminProblem.Conflict(there.Removed is { } removed
                    ? $"The key '{id}' was revoked on {removed:yyyy-MM-dd}. The ledger would count another one of that name as the same: choose another id."
                    : $"The {draft.Kind.Word} '{id}' is there already. PATCH it, or choose another id."));
        }
        if (OtherOfName(draft.Kind, id) is { } other)
        {
            return EntryOutcome.Refused(AdminProblem.Conflict($"A {other.Word} is called '{id}' already; limits and budgets share their names. Choose another id."));
        }
        if (runtime.Present(draft.Kind).Skip((draft.Kind == EntryKind.Key ? MostKeys : MostOthers) - 1).Any())
        {
            return EntryOutcome.Refused(AdminProblem.Conflict($"There are as many {draft.Kind.Plural} as there may be. Remove some that nobody needs."));
        }
        if (ProblemOf(draft.Kind, id, content, findings) is { } problem)
        {
            return EntryOutcome.Refused(problem);
        }
        string? key = null;
        IReadOnlyList<KeySecret> secrets = [];
        if (draft.Kind == EntryKind.Key)
        {
            if (SecretFor(draft.KeyHash, out key, out var secret) is { } taken)
            {
                return EntryOutcome.Refused(taken);
            }
            secrets = [secret];
        }
        var entry = new RuntimeEntry { Kind = draft.Kind, Id = id, Body = draft.Body.ToJsonString(), Content = content, Secrets = secrets, Created = now, CreatedBy = actor, Updated = now };
        return Write("create", null, entry, findings, draft.Made is { } asked ? asked with { Id = id } : null) with { Key = key };
    }

    /// <summary>Changes members of an entry by a merge patch (RFC 7396): a member with null goes.</summary>
    public EntryOutcome Patch(EntryKind kind, string id, string? ifMatch, JsonObject patch, string action = "update")
    {
        if (Find(kind, id, ifMatch, out var entry) is { } problem)
        {
            return EntryOutcome.Refused(problem);
        }
        if (patch.TryGetPropertyValue("id", out var written) && !(written is JsonValue value && value.TryGetValue<string>(out var same) && same == id))
        {
            return EntryOutcome.Refused(AdminProblem.Malformed("An id cannot be changed: the ledger and the audit know the entry by it. Make another entry."));
        }
        if (patch.ContainsKey("key_hash"))
        {
            return EntryOutcome.Refused(AdminProblem.Malformed($"A key is changed by POST /admin/keys/{id}/rotate, which can leave callers time."));
        }
        patch.Remove("id");
        var body = JsonNode.Parse(entry.Body)!.AsObject();
        MergePatch.Apply(body, patch);
        var findings = new Findings("");
        if (EntryBinder.Bind(kind, body.ToJsonString(), findings) is not { } content)
        {
            return EntryOutcome.Refused(AdminProblem.Invalid(Messages(findings.Errors())));
        }
        if (ProblemOf(kind, id, content, findings) is { } invalid)
        {
            return EntryOutcome.Refused(invalid);
        }
        var after = entry with { Body = body.ToJsonString(), Content = content, Updated = now };
        return JsonNode.DeepEquals(JsonNode.Parse(entry.Body), body)
            ? new EntryOutcome { Entry = entry, IsRepetition = true, Warnings = Messages(findings.Warnings()) }
            : Write(action, entry, after, findings);
    }

    /// <summary>Switches a key, or all keys of a team, off or on.</summary>
    public EntryOutcome Switch(EntryKind kind, string id, string? ifMatch, bool off) =>
        Patch(kind, id, ifMatch, new JsonObject { ["disabled"] = off ? true : null }, off ? "disable" : "enable");

    /// <summary>Revokes a key for good, or removes another entry.</summary>
    public EntryOutcome Remove(EntryKind kind, string id, string? ifMatch)
    {
        if (kind == EntryKind.Key && runtime.Find(kind, id) is { Removed: not null } revoked)
        {
            return new EntryOutcome { Entry = revoked, IsRepetition = true };
        }
        if (Find(kind, id, ifMatch, out var entry) is { } problem)
        {
            return EntryOutcome.Refused(problem);
        }
        if (kind == EntryKind.Team && runtime.Present(EntryKind.Key).Where(key => key.Content.Key!.Team == id).Take(4).Select(static key => key.Id).ToList() is { Count: > 0 } keys)
        {
            return EntryOutcome.Refused(AdminProblem.Conflict($"The team '{id}' has keys, which would lose what it gives them: {string.Join(", ", keys.Take(3))}{(keys.Count > 3 ? ", …" : "")}. Move or revoke them first, or disable the team."));
        }
        return Write(kind == EntryKind.Key ? "revoke" : "remove", entry, entry with { Removed = now, Updated = now }, new Findings(""));
    }

    /// <summary>Gives a key's entry another key.</summary>
    /// <param name="id">The entry.</param>
    /// <param name="ifMatch">The revisions that whoever asks wants to change.</param>
    /// <param name="keyHash">The hash of a key that whoever asks has made; null to have one made.</param>
    /// <param name="grace">How long the key before it still works.</param>
    public EntryOutcome Rotate(string id, string? ifMatch, string? keyHash, TimeSpan grace)
    {
        if (Find(EntryKind.Key, id, ifMatch, out var entry) is { } problem)
        {
            return EntryOutcome.Refused(problem);
        }
        if (SecretFor(keyHash, out var key, out var secret) is { } taken)
        {
            return EntryOutcome.Refused(taken);
        }
        var until = now + grace;
        var before = entry.Secrets.Select(old => old.Until is { } ends && ends <= until ? old : old with { Until = until });
        return Write("rotate", entry, entry with { Secrets = [secret, .. before], Updated = now }, new Findings("")) with { Key = key };
    }

    private static IReadOnlyList<string> Messages(IEnumerable<ConfigurationError> findings) => [.. findings.Select(static finding => finding.Message)];

    private static string DefaultId(EntryKind kind, EntryContent content) => kind switch
    {
        EntryKind.Limit when content.Limit!.On is not null => LimitModelBuilder.IdOf(content.Limit),
        EntryKind.Budget when content.Budget!.On is not null => LimitModelBuilder.IdOf(content.Budget),
        _ => $"{kind.Word}-{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)).Replace('_', 'x').Replace('-', 'y')}",
    };

    private static bool IsSame(RuntimeEntry there, EntryDraft draft) =>
        JsonNode.DeepEquals(JsonNode.Parse(there.Body), draft.Body)
        && (draft.KeyHash is null || string.Equals(there.Secrets[0].Hash, draft.KeyHash, StringComparison.OrdinalIgnoreCase));

    private EntryOutcome Repeat(EntryDraft draft, MadeEntry made) => made.Request != draft.Made!.Request
        ? EntryOutcome.Refused(new AdminProblem(StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This Idempotency-Key came with another request before. Use a new one for each creation."))
        : runtime.Find(draft.Kind, made.Id) is { } entry
            ? new EntryOutcome { Entry = entry, IsRepetition = true }
            : EntryOutcome.Refused(AdminProblem.Conflict($"What this Idempotency-Key made, '{made.Id}', is no {draft.Kind.Word}. Use a new one for each creation."));

    private EntryKind? OtherOfName(EntryKind kind, string id) => kind switch
    {
        EntryKind.Limit when runtime.FindPresent(EntryKind.Budget, id) is not null => EntryKind.Budget,
        EntryKind.Budget when runtime.FindPresent(EntryKind.Limit, id) is not null => EntryKind.Limit,
        _ => null,
    };

    private AdminProblem? Find(EntryKind kind, string id, string? ifMatch, out RuntimeEntry entry)
    {
        entry = runtime.FindPresent(kind, id)!;
        if (entry is null)
        {
            return FilePlaces.LineOf(file, kind, id) is { } line ? AdminProblem.InFile($"The {kind.Word} '{id}'", line)
                : runtime.Find(kind, id) is { Removed: { } removed } && kind == EntryKind.Key ? AdminProblem.Conflict($"The key '{id}' was revoked on {removed:yyyy-MM-dd}, for good. Make another one.")
                : AdminProblem.NotFound($"There is no {kind.Word} '{EntryIds.Shown(id)}'. GET /admin/{kind.Plural} lists them.");
        }
        return ifMatch is null || EntryTags.Match(ifMatch, entry) ? null : new AdminProblem(
            StatusCodes.Status412PreconditionFailed, "changed_meanwhile", $"The {kind.Word} '{id}' was changed meanwhile: it is at {EntryTags.Of(entry)} now. Read it again, and repeat the change on top.");
    }

    private AdminProblem? ProblemOf(EntryKind kind, string id, EntryContent content, Findings findings)
    {
        EntryValidator.Validate(file, runtime, kind, id, content, findings);
        if (findings.HasErrors)
        {
            return AdminProblem.Invalid(Messages(findings.Errors()));
        }
        return content.Key is { Team: { } team, Organisation: { } organisation } && runtime.FindPresent(EntryKind.Team, team) is { Content.Team.Organisation: { } teams } && teams != organisation
            ? AdminProblem.Invalid([$"The team '{team}' belongs to the organisation '{teams}', and the key to '{organisation}'. Leave 'organisation' out, or name another team."])
            : null;
    }

    private AdminProblem? SecretFor(string? hash, out string? key, out KeySecret secret)
    {
        key = hash is null ? NewKey.Make() : null;
        secret = key is null ? new KeySecret(hash!.ToLowerInvariant(), null, null) : new KeySecret(KeyHash.Of(key), key[..NewKey.StartLength], null);
        if (KeyHash.TryParse(secret.Hash) is not { } bytes)
        {
            // Not shown: somebody may have put the key itself here.
            return AdminProblem.Malformed("'key_hash' must be 'sha256:' and 64 hex digits, not the key itself. Leave it out, and the gateway makes a key.");
        }
        return runtime.OwnerOf(secret.Hash) is { } owner ? AdminProblem.Conflict($"'key_hash' is, or was, that of the key '{owner}'. A key is never used twice: make a new one.")
            : FilePlaces.LineOfHash(file, secret.Hash) is { } line ? AdminProblem.InFile("A caller with this 'key_hash'", line)
            : file.Host.AdminKeys.Any(admin => admin.Hash.AsSpan().SequenceEqual(bytes)) ? AdminProblem.Conflict("'key_hash' is that of an admin key. Give each admin and each caller a key of its own.")
            : null;
    }

    private EntryOutcome Write(string action, RuntimeEntry? before, RuntimeEntry after, Findings findings, MadeEntry? made = null)
    {
        var audit = new AuditRow(0, now, actor, action, after.Kind, after.Id, 0, before?.Body, after.Removed is null ? after.Body : null);
        return new EntryOutcome { Entry = after, Change = new RuntimeChange(runtime.Revision, after, audit, made), Warnings = Messages(findings.Warnings()) };
    }
}
