using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.Accounting.Focus;
using AiGateway.Accounting.Reports;
using AiGateway.CallerApi;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Admin;

/// <summary>The admin listener's endpoints as OpenAPI 3.1: <c>GET /admin/openapi.json</c>, <c>AiGateway openapi</c>, and docs/admin-openapi.json.</summary>
/// <remarks>
/// Endpoints are listed here by hand; a test finds each address of this folder's code in it. What keys, teams, limits and budgets are
/// made of comes from the table that binds them, so that document and gateway take the same.
/// </remarks>
internal static class AdminOpenApi
{
    /// <summary>Where it is served.</summary>
    public const string Path = "/admin/openapi.json";

    private const string Json = "application/json";
    private const string Csv = "text/csv";
    private const string Plain = "text/plain";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<byte[]> Document = new(static () => Encoding.UTF8.GetBytes(Write()));

    /// <summary>Answers with the document.</summary>
    public static Task GetAsync(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
        ? JsonAnswer.WriteAsync(context, Document.Value) : AdminAnswer.WrongMethodAsync(context, "GET, HEAD");

    /// <summary>The document as text, with a line break at its end. It names no version of the program: the same form is the same text.</summary>
    public static string Write()
    {
        var schemas = AdminSchemas.Make();
        var paths = new JsonObject();
        Watching(paths);
        Reading(paths);
        foreach (var kind in EntryKinds.All)
        {
            Entries(paths, kind);
        }
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "AiGateway admin listener",
                ["version"] = "1",
                ["description"] = "Health, metrics, reports, and keys, teams, limits and budgets that are made at run time. docs/features/admin-api.md",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "http://127.0.0.1:8081", ["description"] = "host.admin.listen" }),
            ["security"] = new JsonArray(new JsonObject { ["adminKey"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["adminKey"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "A key of host.admin.keys or host.admin.key_hash. Without any, the listener asks for none, and keys, teams, limits and budgets are off." },
                },
                ["responses"] = new JsonObject
                {
                    ["Problem"] = new JsonObject
                    {
                        ["description"] = "What is wrong, and the way out.",
                        ["content"] = new JsonObject { [Json] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Error" } } },
                    },
                },
                ["schemas"] = schemas,
            },
        };
        return document.ToJsonString(Readable) + "\n";
    }

    private static void Watching(JsonObject paths)
    {
        var live = new AdminOperation("get", "health", "Whether the process is alive.") { IsOpen = true };
        Add(paths, "/healthz", live.Answer(200, Json, "It is."));
        Add(paths, "/readyz", new AdminOperation("get", "readiness", "Whether traffic should come here, with configuration and deployments.").Answer(200, Json, "Ready.").Answer(503, Json, "Starting without the store of keys, or draining."));
        Add(paths, "/metrics", new AdminOperation("get", "metrics", "Metrics in Prometheus' text format.").Answer(200, Plain, "The metrics."));
        Add(paths, Path, new AdminOperation("get", "openapi", "This document.").Answer(200, Json, "OpenAPI 3.1."));
    }

    private static void Reading(JsonObject paths)
    {
        var report = new AdminOperation("get", "report", "Spend, tokens and requests of a period: docs/features/ledger.md#reports.");
        foreach (var name in ReportQuery.Names)
        {
            report.Query(name, isList: name is "by" or "tag" || LedgerDimensions.Filters.Any(filter => LedgerDimensions.NameOf(filter) == name));
        }
        Add(paths, ReportEndpoint.Path, report.Answer(200, Json, "The report; format=csv and format=table give text.", others: [Csv, Plain]).Answer(304, null, "If-None-Match names what it would be.").Problems(400, 405, 503));
        var focus = new AdminOperation("get", "exportFocus", "One day in the FinOps FOCUS format: docs/features/finance-exports.md.").Query("day");
        foreach (var name in FocusOptions.Names)
        {
            focus.Query(name);
        }
        Add(paths, FocusEndpoint.Path, focus.Answer(200, Csv, "The day's lines.").Problems(400, 405, 503));
        Add(paths, CacheEndpoint.Path, new AdminOperation("get", "cacheStats", "What the cache of answers holds, and has done and saved since the start.").Answer(200, Json, "The figures.").Problems(405));
        var purge = new AdminOperation("delete", "purgeCache", "Takes answers out of the cache, by one of these.");
        foreach (var name in CacheEndpoint.Names)
        {
            purge.Query(name);
        }
        Add(paths, CacheEndpoint.Path, purge.Answer(204, null, "They are out.").Problems(400, 403, 405));
        Add(paths, "/admin/requests/{id}", new AdminOperation("get", "getRequest", "The record of a recent request, with its attempts.").Answer(200, Json, "The record.").Answer(404, null, "Not among the recent ones."));
        Add(paths, "/admin/audit", new AdminOperation("get", "listAudit", "Who changed what when, old and new, the newest first.")
            .Query("limit", "integer").Query("before", "integer").Query("kind").Query("id").Query("actor")
            .Answer(200, Json, "A page; next_before is the next page's before.").Problems(400, 403, 405, 503));
    }

    private static void Entries(JsonObject paths, EntryKind kind)
    {
        var (word, all) = (kind.Word, $"/admin/{kind.Plural}");
        var (one, name) = ($"{all}/{{id}}", char.ToUpperInvariant(kind.Word[0]) + kind.Word[1..]);
        var list = new AdminOperation("get", $"list{name}s", $"The {kind.Plural} by id, those of the routing file among them.").Query("limit", "integer").Query("after").Query("status");
        if (kind == EntryKind.Key)
        {
            list.Query("project").Query("team").Query("organisation");
        }
        Add(paths, all, list.Answer(200, Json, "A page; next_after is the next page's after.", schema: "EntryList").Problems(400, 403, 503));
        Add(paths, all, new AdminOperation("post", $"create{name}", $"Makes a {word}. Safe to repeat with the same id or Idempotency-Key.")
            .Header("Idempotency-Key").Body(Json, AdminSchemas.NameOf(kind)).Answer(201, Json, kind == EntryKind.Key ? "Made; 'key' is in this answer only." : "Made.", schema: "Entry")
            .Answer(200, Json, "It was made before.", schema: "Entry").Problems(400, 403, 409, 413, 415, 422, 503));
        Add(paths, one, new AdminOperation("get", $"get{name}", $"One {word}.").Header("If-None-Match").Answer(200, Json, "It.", schema: "Entry").Answer(304, null, "Unchanged.").Problems(403, 404, 503));
        Add(paths, one, new AdminOperation("patch", $"change{name}", "Changes members by a merge patch (RFC 7396): null takes one away.")
            .Header("If-Match").Body("application/merge-patch+json", "Patch").Answer(200, Json, "As it is now.", schema: "Entry").Problems(400, 403, 404, 409, 412, 413, 415, 503));
        Add(paths, one, new AdminOperation("delete", kind == EntryKind.Key ? "revokeKey" : $"remove{name}", kind == EntryKind.Key ? "Revokes a key, for good." : $"Removes a {word}.")
            .Header("If-Match").Answer(200, Json, "As it was.", schema: "Entry").Problems(403, 404, 409, 412, 503));
        string[] actions = kind switch { EntryKind.Key => ["rotate", "disable", "enable"], EntryKind.Team => ["disable", "enable"], _ => [] };
        foreach (var action in actions)
        {
            var change = new AdminOperation("post", $"{action}{name}", action switch
            {
                "rotate" => "Another key for the same caller; those before it work on for 'grace'.",
                "disable" => $"Refuses the {word}{(kind == EntryKind.Team ? "'s keys" : "")} until it is enabled.",
                _ => $"Takes the {word}{(kind == EntryKind.Team ? "'s keys" : "")} again.",
            }).Header("If-Match");
            if (action == "rotate")
            {
                change.Body(Json, "Rotation", isRequired: false);
            }
            Add(paths, $"{one}/{action}", change.Answer(200, Json, "As it is now.", schema: "Entry").Problems(400, 403, 404, 409, 412, 503));
        }
    }

    private static void Add(JsonObject paths, string path, AdminOperation operation)
    {
        if (paths[path] is not JsonObject item)
        {
            paths[path] = item = [];
        }
        item[operation.Method] = operation.Write(path);
    }
}
