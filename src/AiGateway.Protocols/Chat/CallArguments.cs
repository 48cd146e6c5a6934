using System.Text.Json;

namespace AiGateway.Protocols.Chat;

/// <summary>A call's arguments where a dialect has an object for them: none are the empty one; text that is no JSON object, and a custom tool's, is the member <c>input</c> of one.</summary>
internal static class CallArguments
{
    /// <summary>Whether they can be said as they are.</summary>
    public static bool AreObject(ToolCallPart call) => !call.IsCustom && (string.IsNullOrWhiteSpace(call.Arguments) || JsonValue.TryParseObject(call.Arguments, out _));

    /// <inheritdoc cref="Write(Utf8JsonWriter, string)"/>
    public static bool Write(Utf8JsonWriter writer, ToolCallPart call)
    {
        if (!call.IsCustom)
            return Write(writer, call.Arguments);
        WriteText(writer, call.Arguments);
        return false;
    }

    /// <summary>Writes them as a value.</summary>
    /// <returns>False when they had to become the member of an object.</returns>
    public static bool Write(Utf8JsonWriter writer, string arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
            return true;
        }
        if (TryWriteObject(writer, arguments))
            return true;
        WriteText(writer, arguments);
        return false;
    }

    private static bool TryWriteObject(Utf8JsonWriter writer, string arguments)
    {
        if (arguments.Contains('\\'))
        {
            // An escape may be half a character, which shows only when it is written: into a value of its own first.
            if (!JsonValue.TryParseObject(arguments, out var value))
                return false;
            value.WriteTo(writer);
            return true;
        }
        try
        {
            using var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;
            document.RootElement.WriteTo(writer);
            return true;
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            return false;
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string arguments)
    {
        writer.WriteStartObject();
        writer.WriteString("input"u8, arguments);
        writer.WriteEndObject();
    }
}
