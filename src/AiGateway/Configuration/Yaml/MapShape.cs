using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace AiGateway.Configuration.Yaml;

/// <summary>A mapping whose keys the operator chooses: ids, names, headers; where <paramref name="withBlanks"/> is true, also words of others, with blanks.</summary>
internal sealed class MapShape<T>(Shape<T> item, bool withBlanks = false) : Shape<IReadOnlyDictionary<string, T>>
{
    private const int MaxKeyLength = 200;

    public override bool TryBind(YamlNode node, ConfigPath path, BindingContext context, [MaybeNullWhen(false)] out IReadOnlyDictionary<string, T> value)
    {
        // An ordered dictionary: the order of the file is the order of lists, of `ordered` groups and of reports.
        var items = new OrderedDictionary<string, T>(StringComparer.Ordinal);
        value = items;
        if (node is YamlScalar { IsNull: true })
        {
            return true;
        }
        if (node is not YamlMapping mapping)
        {
            context.Findings.Error(node.Place, $"'{path}' must be a mapping of names to values, but {node.What} stands here.");
            return false;
        }
        foreach (var entry in mapping.Entries)
        {
            if (entry.Key.Length > MaxKeyLength || entry.Key.Any(character => char.IsControl(character) || (char.IsWhiteSpace(character) && !withBlanks)))
            {
                context.Findings.Error(entry.KeyPlace, $"A name in '{path}' may have at most {MaxKeyLength} characters and no {(withBlanks ? "" : "blanks or ")}control characters.");
                continue;
            }
            var entryPath = path[entry.Key];
            context.Places.Add(entryPath, entry.Place);
            if (item.TryBind(entry.Value, entryPath, context, out var bound))
            {
                items.Add(entry.Key, bound);
            }
        }
        return true;
    }

    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = item.Schema(definitions) };
}
