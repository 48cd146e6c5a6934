using System.Text.Json;

namespace AiGateway.Protocols.Gemini;

/// <summary>What one node of a JSON schema says, with what it refers to (<c>$ref</c>) and combines (<c>allOf</c>) put in.</summary>
internal sealed class GeminiSchemaFacets
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _properties = new(StringComparer.Ordinal);
    private readonly HashSet<string> _required = new(StringComparer.Ordinal);

    public List<(string Name, JsonElement Schema)> Properties { get; } = [];

    public List<string> Required { get; } = [];

    /// <summary>Keywords that were merged from several schemas.</summary>
    public bool IsMerged { get; private set; }

    /// <summary>All keywords but properties, required, allOf and $ref.</summary>
    public IReadOnlyDictionary<string, JsonElement> Members => _members;

    /// <summary>Whether a property of that name is there.</summary>
    public bool Has(string property) => _properties.Contains(property);

    public JsonElement Find(string name) => _members.GetValueOrDefault(name);

    public string? Text(string name) => JsonBody.TextOrNull(Find(name));

    /// <summary>Takes in a schema: what was said before stays.</summary>
    /// <param name="schema">An object.</param>
    /// <param name="resolve">Gives what a reference stands for; the default element when it cannot be had.</param>
    public void Add(JsonElement schema, Func<string, JsonElement> resolve)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in schema.EnumerateObject())
        {
            switch (member.Name)
            {
                case "$ref":
                case "allOf":
                    break;
                case "properties" when member.Value.ValueKind == JsonValueKind.Object:
                    foreach (var property in member.Value.EnumerateObject())
                    {
                        if (_properties.Add(property.Name))
                            Properties.Add((property.Name, property.Value));
                    }
                    break;
                case "required" when member.Value.ValueKind == JsonValueKind.Array:
                    foreach (var name in member.Value.EnumerateArray())
                    {
                        if (JsonBody.TextOrNull(name) is { } text && _required.Add(text))
                            Required.Add(text);
                    }
                    break;
                default:
                    _members.TryAdd(member.Name, member.Value);
                    break;
            }
        }
        if (schema.TryGetProperty("$ref", out var reference) && JsonBody.TextOrNull(reference) is { } pointer)
            Add(resolve(pointer), resolve);
        if (schema.TryGetProperty("allOf", out var all) && all.ValueKind == JsonValueKind.Array)
        {
            IsMerged |= all.GetArrayLength() > 1 || Properties.Count > 0;
            foreach (var part in all.EnumerateArray())
                Add(part, resolve);
        }
    }
}
