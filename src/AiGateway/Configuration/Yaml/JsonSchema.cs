using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiGateway.Configuration.Yaml;

/// <summary>The JSON Schema of the routing file, made from the binder's own table: what editors complete is what the gateway accepts.</summary>
internal static class JsonSchema
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema as text, with a line break at its end.</summary>
    public static string Write()
    {
        var definitions = new JsonObject();
        var root = FileTable.Gateway.Schema(definitions);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "AiGateway routing file",
            ["$ref"] = root["$ref"]!.GetValue<string>(),
            ["$defs"] = definitions,
        };
        return schema.ToJsonString(Readable) + "\n";
    }
}
