using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace AiGateway.Configuration.Yaml;

/// <summary>A list; where <paramref name="orSingle"/> is true, one item may stand without its dash.</summary>
internal sealed class ListShape<T>(Shape<T> item, bool orSingle = false) : Shape<IReadOnlyList<T>>
{
    public override bool TryBind(YamlNode node, ConfigPath path, BindingContext context, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        var items = new List<T>();
        value = items;
        switch (node)
        {
            case YamlScalar { IsNull: true }:
                return true;
            case YamlSequence sequence:
                for (var i = 0; i < sequence.Items.Count; i++)
                {
                    context.Places.Add(path[i], sequence.Items[i].Place);
                    if (item.TryBind(sequence.Items[i], path[i], context, out var bound))
                    {
                        items.Add(bound);
                    }
                }
                return true;
            case YamlScalar when orSingle:
                context.Places.Add(path[0], node.Place);
                if (item.TryBind(node, path, context, out var single))
                {
                    items.Add(single);
                    return true;
                }
                return false;
            default:
                context.Findings.Error(node.Place, $"'{path}' must be a list, but {node.What} stands here. Write '- ' before each item, or [a, b].");
                return false;
        }
    }

    public override JsonObject Schema(JsonObject definitions)
    {
        var list = new JsonObject { ["type"] = new JsonArray("array", "null"), ["items"] = item.Schema(definitions) };
        return orSingle ? new JsonObject { ["anyOf"] = new JsonArray(list, item.Schema(definitions)) } : list;
    }
}
