using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AiGateway.Tests.Packaging;

/// <summary>Reads YAML as Helm does, into the JSON that templates and schema see.</summary>
internal static class YamlTree
{
    /// <summary>The document in <paramref name="text"/>.</summary>
    public static JsonNode? Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return Convert(stream.Documents[0].RootNode);
    }

    /// <summary>Lays <paramref name="over"/> over <paramref name="values"/>: maps are merged, everything else is replaced.</summary>
    public static JsonObject Merge(JsonObject values, JsonObject over)
    {
        var merged = (JsonObject)values.DeepClone();
        foreach (var (key, value) in over)
        {
            merged[key] = value is JsonObject inner && merged[key] is JsonObject own ? Merge(own, inner) : value?.DeepClone();
        }
        return merged;
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, Convert(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var text } => Plain(text!),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidDataException($"{node.NodeType} is not expected"),
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "null" or "~" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}
