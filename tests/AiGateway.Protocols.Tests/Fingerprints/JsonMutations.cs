using System.Text;
using System.Text.Json.Nodes;

namespace AiGateway.Protocols.Tests.Fingerprints;

/// <summary>Changes one thing of a JSON object at a time, each that it holds.</summary>
internal static class JsonMutations
{
    /// <summary>Every change: the top-level member it is in, what was done, and the changed object.</summary>
    public static IEnumerable<(string Member, string What, byte[] Json)> Of(byte[] json)
    {
        var count = Places(JsonNode.Parse(json)!.AsObject()).Count();
        for (var place = 0; place < count; place++)
        {
            for (var kind = 0; kind < 5; kind++)
            {
                var root = JsonNode.Parse(json)!.AsObject();
                var (member, parent, name, index) = Places(root).ElementAt(place);
                if (Change(kind, parent, name, index) is { } what)
                    yield return (kind == 2 && parent == root ? name + "_" : member, $"{what} at {parent.GetPath()} {name ?? index.ToString(System.Globalization.CultureInfo.InvariantCulture)}", Encoding.UTF8.GetBytes(root.ToJsonString()));
            }
        }
        yield return ("unknown", "added at the top", Encoding.UTF8.GetBytes(string.Concat("{\"unknown\":null,", Encoding.UTF8.GetString(json).AsSpan(1))));
    }

    private static IEnumerable<(string Member, JsonNode Parent, string? Name, int Index)> Places(JsonObject root)
    {
        foreach (var (name, value) in root)
        {
            yield return (name, root, name, -1);
            foreach (var (parent, inner, index) in Within(value))
                yield return (name, parent, inner, index);
        }
    }

    private static IEnumerable<(JsonNode Parent, string? Name, int Index)> Within(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    yield return (members, name, -1);
                    foreach (var place in Within(value))
                        yield return place;
                }
                break;
            case JsonArray elements:
                for (var i = 0; i < elements.Count; i++)
                {
                    yield return (elements, null, i);
                    foreach (var place in Within(elements[i]))
                        yield return place;
                }
                break;
            default:
                break;
        }
    }

    private static string? Change(int kind, JsonNode parent, string? name, int index)
    {
        var value = name is null ? parent.AsArray()[index] : parent.AsObject()[name];
        switch (kind)
        {
            case 0:
                Set(parent, name, index, Other(value));
                return "changed";
            case 1:
                if (name is null)
                    parent.AsArray().RemoveAt(index);
                else
                    parent.AsObject().Remove(name);
                return "removed";
            case 2 when name is not null:
                parent.AsObject().Remove(name);
                parent.AsObject().Add(name + "_", value);
                return "renamed";
            case 3 when value is not null:
                Set(parent, name, index, null);
                return "made null";
            case 4 when name is null && index > 0 && !JsonNode.DeepEquals(value, parent.AsArray()[index - 1]):
                parent.AsArray().RemoveAt(index);
                parent.AsArray().Insert(index - 1, value);
                return "moved";
            default:
                return null;
        }
    }

    private static JsonNode? Other(JsonNode? value) => value switch
    {
        null => JsonValue.Create(false),
        JsonObject members => With(members),
        JsonArray elements => With(elements),
        _ => value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.String => JsonValue.Create(value.GetValue<string>() + "x"),
            System.Text.Json.JsonValueKind.Number => JsonNode.Parse("1" + value.ToJsonString().TrimStart('-')),
            System.Text.Json.JsonValueKind.True => JsonValue.Create(false),
            _ => JsonValue.Create(true),
        },
    };

    private static JsonObject With(JsonObject members)
    {
        var copy = members.DeepClone().AsObject();
        copy.Add("unknown", 1);
        return copy;
    }

    private static JsonArray With(JsonArray elements)
    {
        var copy = elements.DeepClone().AsArray();
        copy.Add((JsonNode?)null);
        return copy;
    }

    private static void Set(JsonNode parent, string? name, int index, JsonNode? value)
    {
        if (name is null)
            parent.AsArray()[index] = value;
        else
            parent.AsObject()[name] = value;
    }
}
