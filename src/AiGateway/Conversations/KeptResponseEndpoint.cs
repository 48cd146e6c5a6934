using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Pipeline;
using Microsoft.AspNetCore.WebUtilities;

namespace AiGateway.Conversations;

/// <summary>Answers <c>/v1/responses/{id}…</c> for a response that the gateway keeps, as OpenAI answers it for its own.</summary>
/// <remarks>Source: platform.openai.com/docs/api-reference/responses (retrieve, delete, cancel, list input items).</remarks>
internal static class KeptResponseEndpoint
{
    private const int DefaultLimit = 20;
    private const int LargestLimit = 100;
    private const string ResponseId = "response_id";

    /// <summary>Answers, or rejects.</summary>
    /// <exception cref="StoreException">The store cannot be used now.</exception>
    public static async Task AnswerAsync(HttpContext context, Exchange exchange, StoredObject stored, IConversationStore store)
    {
        var suffix = exchange.Request!.StoredObjectSuffix;
        var query = suffix.IndexOf('?', StringComparison.Ordinal);
        var (path, parameters) = query < 0 ? (suffix, "") : (suffix[..query], suffix[query..]);
        if (HttpMethods.IsDelete(context.Request.Method))
        {
            if (await store.DeleteAsync(stored.Tenant, stored.UpstreamId, context.RequestAborted))
            {
                await WriteAsync(context, Deleted(context));
                return;
            }
            RejectUnknown(context, exchange);
            return;
        }
        if (await store.FindAsync(stored.Tenant, stored.UpstreamId, context.RequestAborted) is not { } kept)
        {
            RejectUnknown(context, exchange);
        }
        else if (path == "/cancel")
        {
            exchange.Reject(RejectionReason.MalformedRequest, "Cannot cancel a completed response. Only responses that run in the background can be cancelled.", ResponseId);
        }
        else if (path == "/input_items")
        {
            if (Items(kept, parameters, exchange) is { } list)
            {
                await WriteAsync(context, list);
            }
        }
        else if (QueryHelpers.ParseQuery(parameters).TryGetValue("stream", out var stream) && stream == "true")
        {
            exchange.Reject(RejectionReason.MalformedRequest, "Only responses that run in the background can be streamed after they were made. Leave 'stream' out.", "stream");
        }
        else
        {
            await WriteAsync(context, kept.Response);
        }
    }

    private static void RejectUnknown(HttpContext context, Exchange exchange) =>
        exchange.Reject(RejectionReason.UnknownObject, $"Response with id '{GivenId(context)}' not found.", ResponseId);

    private static ReadOnlyMemory<byte> Deleted(HttpContext context)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, GivenId(context));
            json.WriteString("object"u8, "response"u8);
            json.WriteBoolean("deleted"u8, true);
            json.WriteEndObject();
        }
        return written.WrittenMemory;
    }

    /// <summary>A page of the input items; null when the query was rejected. Newest first unless asked otherwise, as OpenAI does.</summary>
    private static ReadOnlyMemory<byte>? Items(KeptResponse kept, string parameters, Exchange exchange)
    {
        var query = QueryHelpers.ParseQuery(parameters);
        var limit = DefaultLimit;
        if (query.TryGetValue("limit", out var text) && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= LargestLimit))
        {
            exchange.Reject(RejectionReason.MalformedRequest, $"'limit' must be a whole number from 1 to {LargestLimit}.", "limit");
            return null;
        }
        using var document = JsonDocument.Parse(kept.Input);
        var items = document.RootElement.EnumerateArray().ToList();
        if (!query.TryGetValue("order", out var order) || order != "asc")
        {
            items.Reverse();
        }
        if (query.TryGetValue("after", out var after))
        {
            items.RemoveRange(0, items.FindIndex(item => IdOf(item) == after) + 1);
        }
        if (query.TryGetValue("before", out var before) && items.FindIndex(item => IdOf(item) == before) is >= 0 and var end)
        {
            items.RemoveRange(end, items.Count - end);
        }
        var hasMore = items.Count > limit;
        return Page(items.GetRange(0, Math.Min(items.Count, limit)), hasMore);
    }

    private static ReadOnlyMemory<byte> Page(List<JsonElement> items, bool hasMore)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written))
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            foreach (var item in items)
            {
                item.WriteTo(json);
            }
            json.WriteEndArray();
            json.WriteString("first_id"u8, items.Count > 0 ? IdOf(items[0]) : null);
            json.WriteString("last_id"u8, items.Count > 0 ? IdOf(items[^1]) : null);
            json.WriteBoolean("has_more"u8, hasMore);
            json.WriteEndObject();
        }
        return written.WrittenMemory;
    }

    private static string? IdOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("id"u8, out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    /// <summary>The id as the caller wrote it: the path is known to be of a stored response.</summary>
    private static string GivenId(HttpContext context) =>
        OperationTable.TryMatch(context.Request.Path.Value ?? "/", out var match) ? match.ObjectId : "";

    private static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
