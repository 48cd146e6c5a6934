using System.Text.Json.Nodes;
using AiGateway.Configuration.Runtime;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Admin;

/// <summary>The forms of bodies in <see cref="AdminOpenApi"/>: those of entries are the routing file's own, from the table that binds both.</summary>
internal static class AdminSchemas
{
    /// <summary>All of them, by name.</summary>
    public static JsonObject Make()
    {
        var schemas = new JsonObject();
        FileTable.Caller().Schema(schemas);
        FileTable.Team().Schema(schemas);
        FileTable.Limit().Schema(schemas);
        FileTable.Budget().Schema(schemas);
        foreach (var kind in EntryKinds.All)
        {
            // Its name is no part of what the file's table binds where the file has it elsewhere.
            schemas[NameOf(kind)]!["properties"]!.AsObject().TryAdd("id", Text("Its name; one is made where it is left out."));
        }
        schemas = JsonNode.Parse(schemas.ToJsonString().Replace("#/$defs/", "#/components/schemas/", StringComparison.Ordinal))!.AsObject();
        schemas["Patch"] = new JsonObject { ["type"] = "object", ["description"] = "Members of the entry with their new values; null takes one away." };
        schemas["Rotation"] = Record(
            ("grace", Text("How long the key before it still works, 0 to 30d, such as 24h. Default 0.")),
            ("key_hash", Text("sha256:… of a key that you made yourself.")));
        schemas["Entry"] = Entry();
        schemas["EntryList"] = Record(
            ("object", Text("list")),
            ("data", new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = "#/components/schemas/Entry" } }),
            ("has_more", new JsonObject { ["type"] = "boolean" }),
            ("next_after", Text("The next page's 'after'.")),
            ("revision", new JsonObject { ["type"] = "integer" }));
        schemas["Error"] = Record(("error", Record(
            ("code", Text("A word for programs.")),
            ("message", Text("What is wrong and how to mend it.")),
            ("errors", new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } }))));
        return schemas;
    }

    /// <summary>The name of the form that makes an entry.</summary>
    public static string NameOf(EntryKind kind) => kind == EntryKind.Key ? "caller" : kind.Word;

    private static JsonObject Entry()
    {
        var entry = Record(
            ("object", Words("key", "team", "limit", "budget")),
            ("id", Text("Its name.")),
            ("status", Words("active", "disabled", "expired", "shadowed", "revoked", "removed")),
            ("source", Words("api", "file")),
            ("line", new JsonObject { ["type"] = "integer", ["description"] = "Where it stands in the routing file." }),
            ("shadowed_by", Words("file")),
            ("key", Text("The key itself: in the answer that made it only.")),
            ("key_start", Text("Its first characters.")),
            ("created_at", Time()),
            ("created_by", Text("The admin key that made it.")),
            ("updated_at", Time()),
            ("revoked_at", Time()),
            ("removed_at", Time()),
            ("etag", Text("For If-Match.")),
            ("warnings", new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } }));
        entry["description"] = "An entry: these, and its own members.";
        return entry;
    }

    private static JsonObject Record(params ReadOnlySpan<(string Name, JsonNode Schema)> members)
    {
        var properties = new JsonObject();
        foreach (var (name, schema) in members)
        {
            properties[name] = schema;
        }
        return new JsonObject { ["type"] = "object", ["properties"] = properties };
    }

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Time() => new() { ["type"] = "string", ["format"] = "date-time" };

    private static JsonObject Words(params string[] words) => new() { ["type"] = "string", ["enum"] = new JsonArray([.. words.Select(static word => (JsonNode)word)]) };
}
