using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiGateway.CallerApi;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Admin;

/// <summary>Writes answers of the Admin API.</summary>
internal static class AdminAnswer
{
    // Quotes as they are: people read this in terminals, and no browser takes JSON for a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An instant.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>An error: <c>{"error":{"code","message","errors"}}</c>.</summary>
    public static Task ProblemAsync(HttpContext context, AdminProblem problem)
    {
        context.Response.StatusCode = problem.Status;
        return JsonAnswer.WriteAsync(context, problem, static (json, problem) =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, problem.Code);
            json.WriteString("message"u8, problem.Message);
            WriteTexts(json, "errors"u8, problem.Errors);
            json.WriteEndObject();
            json.WriteEndObject();
        }, Options);
    }

    /// <summary>An error: the method is none of those that the address takes.</summary>
    public static Task WrongMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return ProblemAsync(context, AdminProblem.WrongMethod(allowed));
    }

    /// <summary>One entry, with its tag.</summary>
    public static Task EntryAsync(HttpContext context, EntryView view, EntryOutcome? outcome)
    {
        // A key that was just made is in here.
        context.Response.Headers.CacheControl = "no-store";
        if (view.Entry is { } entry)
        {
            context.Response.Headers.ETag = EntryTags.Of(entry);
        }
        return JsonAnswer.WriteAsync(context, (view, outcome), static (json, state) => state.view.Write(json, state.outcome), Options);
    }

    /// <summary>A page of entries.</summary>
    public static Task ListAsync(HttpContext context, IReadOnlyList<EntryView> page, bool hasMore, RuntimeSet set)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.WriteAsync(context, (page, hasMore, set), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            foreach (var view in state.page)
            {
                view.Write(json, null);
            }
            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, state.hasMore);
            if (state.hasMore)
            {
                json.WriteString("next_after"u8, state.page[^1].Id);
            }
            json.WriteNumber("revision"u8, state.set.Revision);
            json.WriteEndObject();
        }, Options);
    }

    /// <summary>A page of the audit.</summary>
    public static Task AuditAsync(HttpContext context, IReadOnlyList<AuditRow> rows, bool hasMore)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.WriteAsync(context, (rows, hasMore), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            foreach (var row in state.rows)
            {
                Write(json, row);
            }
            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, state.hasMore);
            if (state.hasMore)
            {
                json.WriteNumber("next_before"u8, state.rows[^1].Number);
            }
            json.WriteEndObject();
        }, Options);
    }

    /// <summary>A list of texts; nothing where there are none.</summary>
    public static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, AuditRow row)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "audit"u8);
        json.WriteNumber("number"u8, row.Number);
        json.WriteString("at"u8, Time(row.At));
        json.WriteString("actor"u8, row.Actor);
        json.WriteString("action"u8, row.Action);
        json.WriteString("kind"u8, row.Kind.Word);
        json.WriteString("id"u8, row.Id);
        json.WriteNumber("revision"u8, row.Revision);
        WriteBody(json, "old"u8, row.Old);
        WriteBody(json, "new"u8, row.New);
        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? body)
    {
        if (body is not null)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(body);
        }
    }
}
