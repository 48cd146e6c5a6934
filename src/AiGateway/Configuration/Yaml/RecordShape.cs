using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace AiGateway.Configuration.Yaml;

/// <summary>A mapping with a fixed set of keys, bound to a record.</summary>
/// <param name="name">Its name among the definitions of the JSON Schema.</param>
internal sealed class RecordShape<T>(string name) : Shape<T>
    where T : class, new()
{
    private readonly Dictionary<string, Field> _fields = new(StringComparer.Ordinal);

    /// <summary>The keys, in the order of the table.</summary>
    public IEnumerable<string> Keys => _fields.Keys;

    /// <summary>A key's description, for documentation tests.</summary>
    public string DescriptionOf(string key) => _fields[key].Description;

    /// <summary>Adds a key. <paramref name="set"/> returns a changed copy of the record.</summary>
    public RecordShape<T> With<TValue>(string key, string description, Shape<TValue> shape, Func<T, TValue, T> set)
    {
        _fields.Add(key, new Field<TValue>(description, shape, set));
        return this;
    }

    public override bool TryBind(YamlNode node, ConfigPath path, BindingContext context, [MaybeNullWhen(false)] out T value)
    {
        value = new T();
        if (node is YamlScalar { IsNull: true })
        {
            // A section whose lines are all commented out is a section left out.
            return true;
        }
        if (node is not YamlMapping mapping)
        {
            context.Findings.Error(node.Place, $"'{path}' must be a mapping with the keys {string.Join(", ", _fields.Keys)}, but {node.What} stands here.");
            return false;
        }
        foreach (var entry in mapping.Entries)
        {
            var entryPath = path[entry.Key];
            if (!_fields.TryGetValue(entry.Key, out var field))
            {
                var place = ReferenceEquals(path, ConfigPath.Root) ? "at the top of the file" : $"in '{path}'";
                context.Findings.Error(entry.KeyPlace, $"Unknown key '{Shown(entry.Key)}' {place}.{Suggestion.For(entry.Key, _fields.Keys)} Allowed: {string.Join(", ", _fields.Keys)}.");
                continue;
            }
            context.Places.Add(entryPath, entry.Place);
            value = field.Apply(value, entry.Value, entryPath, context);
        }
        return true;
    }

    public override JsonObject Schema(JsonObject definitions)
    {
        if (!definitions.ContainsKey(name))
        {
            // Set before it is filled: a record may refer to itself.
            var properties = new JsonObject();
            definitions[name] = new JsonObject { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = false, ["properties"] = properties };
            foreach (var (key, field) in _fields)
            {
                properties[key] = field.Schema(definitions);
            }
        }
        return new JsonObject { ["$ref"] = $"#/$defs/{name}" };
    }

    private static string Shown(string key) => key.Length <= 60 ? key : key[..60] + "…";

    private abstract class Field(string description)
    {
        public string Description { get; } = description;

        public abstract T Apply(T target, YamlNode node, ConfigPath path, BindingContext context);

        public abstract JsonObject Schema(JsonObject definitions);
    }

    private sealed class Field<TValue>(string description, Shape<TValue> shape, Func<T, TValue, T> set) : Field(description)
    {
        public override T Apply(T target, YamlNode node, ConfigPath path, BindingContext context) =>
            shape.TryBind(node, path, context, out var value) ? set(target, value) : target;

        public override JsonObject Schema(JsonObject definitions)
        {
            var schema = shape.Schema(definitions);
            schema["description"] = Description;
            return schema;
        }
    }
}
