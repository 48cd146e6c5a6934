using System.Globalization;
using System.Text.Json;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;

namespace AiGateway.CallerApi;

/// <summary>Lists a tenant's files and batches, from the gateway's own table: the provider would list those of the whole account. Each as it was last seen.</summary>
/// <remarks>Sources: platform.openai.com/docs/api-reference/files/list and /batch/list; platform.claude.com/docs/en/api/listing-message-batches.</remarks>
internal sealed partial class ObjectListEndpoint(IObjectStore store, ObjectIds ids, ILogger<ObjectListEndpoint> logger)
{
    // OpenAI gives up to 10,000 files at once; a page of ours is made in memory, and clients ask for the next by themselves.
    private const int LargestPage = 1000;
    private const int LargestLimit = 10_000;
    private const int DefaultPage = 20;
    private const string After = "after";
    private const string BeforeId = "before_id";

    /// <summary>What a path lists; null when it is no list.</summary>
    public static Operation? KindOf(HttpRequest request, string path) =>
        (path.EndsWith("/files", StringComparison.Ordinal) || path.EndsWith("/batches", StringComparison.Ordinal))
        && OperationTable.TryMatch(path, out var match) && match.ObjectId.Length == 0 && ObjectPaths.IsOf(match.Operation)
            ? ChatDialects.IsAnthropicFile(request) ? Operation.MessageFiles : match.Operation
            : null;

    /// <summary>Answers with a page.</summary>
    public async Task ListAsync(HttpContext context, Operation kind)
    {
        var exchange = context.GetExchange();
        var (cursor, id) = CursorOf(context.Request.Query, kind);
        if (QueryOf(context.Request.Query, exchange, kind, cursor, id) is not { } query)
        {
            return;
        }
        try
        {
            if (await store.ListAsync(query, context.RequestAborted) is not { } page)
            {
                exchange.Reject(ObjectPaths.NotFound(kind, id!, cursor));
                return;
            }
            if (cursor == BeforeId)
            {
                page = page with { Objects = [.. page.Objects.Reverse()] };
            }
            await JsonAnswer.WriteAsync(context, (page, kind), static (json, list) => Write(json, list.page, list.kind));
        }
        catch (StoreException e)
        {
            Log.StoreOut(logger, exchange.Id, e.Message);
            exchange.Reject(new Rejection(RejectionReason.ObjectStoreUnavailable, "The gateway's list of files and batches cannot be read at the moment. Try again; what has an id can be used meanwhile.") { RetryAfter = TimeSpan.FromSeconds(5) });
        }
    }

    /// <summary>What is asked for; null when that was rejected.</summary>
    private ObjectQuery? QueryOf(IQueryCollection query, Exchange exchange, Operation kind, string cursor, string? id)
    {
        var most = kind == Operation.Files ? LargestPage : DefaultPage;
        if (query.TryGetValue("limit", out var limit))
        {
            if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) || asked is < 1 or > LargestLimit)
            {
                exchange.Reject(RejectionReason.MalformedRequest, $"'limit' must be a whole number from 1 to {LargestLimit}.", "limit");
                return null;
            }
            most = Math.Min(asked, LargestPage);
        }
        StoredObject? after = null;
        if (id is not null)
        {
            after = ids.Open(ObjectPaths.PrefixOf(kind), id, exchange.Caller.Tenant);
            if (after is null)
            {
                exchange.Reject(ObjectPaths.NotFound(kind, id, cursor));
                return null;
            }
        }
        var purpose = kind == Operation.Files && query.TryGetValue("purpose", out var wanted) ? wanted.ToString() : null;
        // A page backwards is found in the other order, and turned round.
        var newestFirst = query["order"] != "asc" && cursor != BeforeId;
        return new ObjectQuery(exchange.Caller.Tenant, kind, purpose, newestFirst, after, most);
    }

    /// <summary>The object that the page begins after, and the parameter that names it; the id is null for the first page.</summary>
    private static (string Name, string? Id) CursorOf(IQueryCollection query, Operation kind)
    {
        foreach (var name in kind is Operation.Files or Operation.Batches ? (ReadOnlySpan<string>)[After] : ["after_id", BeforeId])
        {
            if (query.TryGetValue(name, out var id) && id.ToString() is { Length: > 0 } text)
            {
                return (name, text);
            }
        }
        return (After, null);
    }

    private static void Write(Utf8JsonWriter json, ObjectPage page, Operation kind)
    {
        json.WriteStartObject();
        if (kind is Operation.Files or Operation.Batches)
        {
            json.WriteString("object"u8, "list"u8);
        }
        json.WriteStartArray("data"u8);
        string? first = null, last = null;
        foreach (var listed in page.Objects)
        {
            json.WriteRawValue(listed.Content.Span, skipInputValidation: true);
            last = IdOf(listed);
            first ??= last;
        }
        json.WriteEndArray();
        json.WriteString("first_id"u8, first);
        json.WriteString("last_id"u8, last);
        json.WriteBoolean("has_more"u8, page.HasMore);
        json.WriteEndObject();
    }

    private static string? IdOf(OwnedObject listed)
    {
        var json = listed.Content.Span;
        return ProviderObject.Read(json, UsageRules.OpenAI) is { } known ? System.Text.Encoding.UTF8.GetString(known.Id.Of(json)[1..^1]) : null;
    }

    private static partial class Log
    {
        [LoggerMessage(4135, LogLevel.Error, "Request {RequestId} for a list was refused, because the store of files and batches cannot be used: {Reason}")]
        public static partial void StoreOut(ILogger logger, string requestId, string reason);
    }
}
