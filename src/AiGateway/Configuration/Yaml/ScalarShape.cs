using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace AiGateway.Configuration.Yaml;

/// <summary>Reads a scalar's text; returns what is wrong with it, or null when <paramref name="value"/> holds the result.</summary>
internal delegate string? ScalarParser<T>(string text, out T value);

/// <summary>A single value.</summary>
/// <param name="expected">What it must be, for errors: <c>a duration such as 500ms, 2s, 5m or 1h</c>.</param>
/// <param name="schema">Its JSON Schema, made anew each time.</param>
/// <param name="parser">Reads it, after references to the environment have been replaced.</param>
/// <param name="interpolate">False where the reference is resolved later (secrets).</param>
internal sealed class ScalarShape<T>(string expected, Func<JsonObject> schema, ScalarParser<T> parser, bool interpolate = true) : Shape<T>
{
    public override bool TryBind(YamlNode node, ConfigPath path, BindingContext context, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not YamlScalar scalar)
        {
            context.Findings.Error(node.Place, $"'{path}' must be {expected}, but {node.What} stands here.");
            return false;
        }
        if (scalar.IsNull)
        {
            context.Findings.Error(node.Place, $"'{path}' has no value. Give {expected}, or remove the key to use the default.");
            return false;
        }
        var text = interpolate ? context.Resolve(scalar, path) : scalar.Text;
        if (text is null)
        {
            return false;
        }
        var problem = parser(text, out var parsed);
        if (problem is not null)
        {
            context.Findings.Error(node.Place, $"'{path}' must be {expected}: {problem.Replace("{value}", $"'{Shown(scalar.Text)}'", StringComparison.Ordinal)}");
            return false;
        }
        value = parsed;
        return true;
    }

    public override JsonObject Schema(JsonObject definitions)
    {
        var own = schema();
        if (!interpolate || (own["type"]?.GetValue<string>() == "string" && own["enum"] is null && own["pattern"] is null))
        {
            return own;
        }
        // A number or a word may also come from the environment.
        return new JsonObject
        {
            ["anyOf"] = new JsonArray(own, new JsonObject { ["type"] = "string", ["pattern"] = @"\$\{" }),
        };
    }

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
