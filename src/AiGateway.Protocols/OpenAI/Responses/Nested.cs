using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Unknown members of objects inside the request are kept under their path, so that a loss is named by it.</summary>
internal static class Nested
{
    public const string Reasoning = "reasoning.";
    public const string Text = "text.";
    public const string Format = "text.format.";

    /// <summary>True for a member of the request itself.</summary>
    public static bool IsTopLevel(string name) =>
        !name.StartsWith(Reasoning, StringComparison.Ordinal) && !name.StartsWith(Text, StringComparison.Ordinal);

    /// <summary>True when there is a member under the path.</summary>
    public static bool Any(JsonMembers? members, string path)
    {
        if (members is null)
            return false;
        foreach (var (name, _) in members.All)
        {
            if (name.StartsWith(path, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    /// <summary>Writes the members of one object.</summary>
    public static void Write(Utf8JsonWriter json, JsonMembers? members, string path)
    {
        if (members is null)
            return;
        foreach (var (name, value) in members.All)
        {
            if (!name.StartsWith(path, StringComparison.Ordinal) || (path == Text && name.StartsWith(Format, StringComparison.Ordinal)))
                continue;
            json.WritePropertyName(name.AsSpan(path.Length));
            value.WriteTo(json);
        }
    }
}
