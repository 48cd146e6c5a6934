using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace AiGateway.Configuration.Yaml;

/// <summary>A record that may be written as the single value of its most used key: <c>name</c> for <c>{deployment: name}</c>.</summary>
internal sealed class ShortFormShape<TScalar, T>(Shape<TScalar> scalar, Func<TScalar, T> fromScalar, Shape<T> full) : Shape<T>
{
    public override bool TryBind(YamlNode node, ConfigPath path, BindingContext context, [MaybeNullWhen(false)] out T value)
    {
        if (node is not YamlScalar)
        {
            return full.TryBind(node, path, context, out value);
        }
        value = default;
        if (!scalar.TryBind(node, path, context, out var text))
        {
            return false;
        }
        value = fromScalar(text);
        return true;
    }

    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["anyOf"] = new JsonArray(scalar.Schema(definitions), full.Schema(definitions)) };
}
