using System.Text.Json;
using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Admin;

/// <summary>An entry as the Admin API shows it: one that was made at run time, or one of the routing file.</summary>
internal sealed class EntryView
{
    private readonly EntryKind _kind;
    private readonly JsonElement _body;
    private readonly DateTimeOffset _now;
    private readonly int? _line;

    private EntryView(EntryKind kind, string id, JsonElement body, RuntimeEntry? entry, int? line, CallerConfig? caller, DateTimeOffset now)
    {
        (_kind, Id, _body, Entry, _line, Caller, _now) = (kind, id, body, entry, line, caller, now);
    }

    /// <summary>Its name.</summary>
    public string Id { get; }

    /// <summary>The entry; null for one of the file.</summary>
    public RuntimeEntry? Entry { get; }

    /// <summary>A key's owner and rights, with what its team adds; null for what is no key.</summary>
    public CallerConfig? Caller { get; }

    /// <summary><c>active</c>, or why it is not: <c>revoked</c> (other kinds: <c>removed</c>), <c>shadowed</c>, <c>disabled</c>, <c>expired</c>.</summary>
    public string Status => Entry?.Removed is not null ? _kind == EntryKind.Key ? "revoked" : "removed"
        : Entry is not null && _line is not null ? "shadowed"
        : Caller is { Disabled: true } || Entry?.Content.Team is { Disabled: true } ? "disabled"
        : Caller?.Expires <= _now ? "expired"
        : "active";

    /// <summary>One that was made at run time.</summary>
    public static EntryView Of(RuntimeEntry entry, Snapshot file, RuntimeSet set, DateTimeOffset now)
    {
        using var body = JsonDocument.Parse(entry.Body);
        return new EntryView(
            entry.Kind, entry.Id, body.RootElement.Clone(), entry, RuntimeOverlay.ShadowingLine(file, entry.Kind, entry.Id, entry.Secrets.Take(1).Select(static secret => secret.Hash)),
            entry.Kind == EntryKind.Key ? set.Complete(entry) : null, now);
    }

    /// <summary>Those of the file.</summary>
    public static IEnumerable<EntryView> OfFile(Snapshot file, EntryKind kind, DateTimeOffset now) => kind switch
    {
        EntryKind.Key => file.Config.Callers.Select((caller, i) => OfFile(file, kind, i, caller.Id!, FileEntryJson.Of(caller), caller, now)),
        EntryKind.Limit => file.Config.Limits.Select((limit, i) => OfFile(file, kind, i, LimitModelBuilder.IdOf(limit), FileEntryJson.Of(limit), null, now)),
        EntryKind.Budget => file.Config.Budgets.Select((budget, i) => OfFile(file, kind, i, LimitModelBuilder.IdOf(budget), FileEntryJson.Of(budget), null, now)),
        _ => [],
    };

    /// <summary>Writes it.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="outcome">What a change came to: the key that was made, and warnings; null outside of changes.</param>
    public void Write(Utf8JsonWriter json, EntryOutcome? outcome)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, _kind.Word);
        json.WriteString("id"u8, Id);
        json.WriteString("status"u8, Status);
        json.WriteString("source"u8, Entry is null ? "file"u8 : "api"u8);
        if (_line is { } line)
        {
            if (Entry is not null)
            {
                json.WriteString("shadowed_by"u8, "file"u8);
            }
            json.WriteNumber("line"u8, line);
        }
        if (outcome?.Key is { } key)
        {
            json.WriteString("key"u8, key);
        }
        foreach (var member in _body.EnumerateObject())
        {
            member.WriteTo(json);
        }
        WriteSecrets(json);
        if (Entry is { } entry)
        {
            json.WriteString("created_at"u8, AdminAnswer.Time(entry.Created));
            json.WriteString("created_by"u8, entry.CreatedBy);
            json.WriteString("updated_at"u8, AdminAnswer.Time(entry.Updated));
            if (entry.Removed is { } removed)
            {
                json.WriteString(_kind == EntryKind.Key ? "revoked_at"u8 : "removed_at"u8, AdminAnswer.Time(removed));
            }
            json.WriteString("etag"u8, EntryTags.Of(entry));
        }
        if (outcome is not null)
        {
            AdminAnswer.WriteTexts(json, "warnings"u8, outcome.Warnings);
        }
        json.WriteEndObject();
    }

    private static EntryView OfFile(Snapshot file, EntryKind kind, int index, string id, JsonElement body, CallerConfig? caller, DateTimeOffset now) =>
        new(kind, id, body, null, FilePlaces.LineOf(file, kind, index), caller, now);

    private void WriteSecrets(Utf8JsonWriter json)
    {
        if (Entry is not { Secrets: [var newest, ..] secrets })
        {
            return;
        }
        if (newest.Start is { } start)
        {
            json.WriteString("key_start"u8, start);
        }
        var working = secrets.Skip(1).Where(secret => secret.Until > _now).ToList();
        if (working.Count == 0 || Entry.Removed is not null)
        {
            return;
        }
        json.WriteStartArray("previous_keys"u8);
        foreach (var secret in working)
        {
            json.WriteStartObject();
            if (secret.Start is { } known)
            {
                json.WriteString("key_start"u8, known);
            }
            json.WriteString("until"u8, AdminAnswer.Time(secret.Until!.Value));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
