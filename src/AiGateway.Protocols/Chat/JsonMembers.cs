using System.Buffers;
using System.Text.Json;

namespace AiGateway.Protocols.Chat;

/// <summary>Members that the neutral model has no place for, in the order in which they came. They go on to targets of the same dialect and are dropped, and named, for others.</summary>
public sealed class JsonMembers
{
    private readonly List<KeyValuePair<string, JsonValue>> _members = [];

    /// <summary>The members.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonValue>> All => _members;

    /// <summary>Adds a member to <paramref name="members"/>, which is made when it is the first.</summary>
    public static void Add(ref JsonMembers? members, string name, JsonElement value) => (members ??= new JsonMembers())._members.Add(new(name, JsonValue.Of(value)));

    /// <summary>Adds a member.</summary>
    public JsonMembers Add(string name, JsonValue value)
    {
        _members.Add(new(name, value));
        return this;
    }

    /// <summary>The value of a member; absent when there is none.</summary>
    public JsonValue Find(string name)
    {
        foreach (var (candidate, value) in _members)
        {
            if (string.Equals(candidate, name, StringComparison.Ordinal))
                return value;
        }
        return default;
    }

    /// <summary>They as one object.</summary>
    public JsonValue ToValue()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            WriteTo(writer);
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return JsonValue.Of(document.RootElement);
    }

    /// <summary>Writes all of them into the object that is open.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        foreach (var (name, value) in _members)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }
}
