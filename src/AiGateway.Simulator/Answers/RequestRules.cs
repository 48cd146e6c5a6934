using System.Text;
using System.Text.Json;

namespace AiGateway.Simulator.Answers;

/// <summary>Checks that several endpoints share.</summary>
internal static class RequestRules
{
    public static Answer WrongType(string parameter, string expected, JsonElement found) =>
        ErrorAnswers.BadRequest($"Invalid type for '{parameter}': expected {expected}, but got {NameOf(found)} instead.", parameter, "invalid_type");

    public static Answer? CheckStream(JsonElement request)
    {
        if (request.Member("stream"u8) is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } stream)
            return WrongType("stream", "a boolean", stream);
        return request.Member("stream_options"u8) is not null && request.Truth("stream"u8) != true
            ? ErrorAnswers.BadRequest("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
            : null;
    }

    public static Answer? CheckRange(JsonElement request, ReadOnlySpan<byte> member, string name, int least, int most)
    {
        if (request.Member(member) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number))
            return WrongType(name, "an integer", value);
        if (number < least)
            return ErrorAnswers.BadRequest($"Invalid '{name}': integer below minimum value. Expected a value >= {least}, but got {number} instead.", name, "integer_below_min_value");
        return number > most
            ? ErrorAnswers.BadRequest($"Invalid '{name}': integer above maximum value. Expected a value <= {most}, but got {number} instead.", name, "integer_above_max_value")
            : null;
    }

    public static Answer? CheckTemperature(JsonElement request)
    {
        if (request.Member("temperature"u8) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number)
            return WrongType("temperature", "a decimal", value);
        return value.GetDouble() switch
        {
            < 0 => ErrorAnswers.BadRequest("Invalid 'temperature': decimal below minimum value. Expected a value >= 0.", "temperature", "decimal_below_min_value"),
            > 2 => ErrorAnswers.BadRequest("Invalid 'temperature': decimal above maximum value. Expected a value <= 2.", "temperature", "decimal_above_max_value"),
            _ => null,
        };
    }

    public static Answer? Require(JsonElement request, string name) =>
        request.Member(Encoding.UTF8.GetBytes(name)) is null
            ? ErrorAnswers.BadRequest($"Missing required parameter: '{name}'.", name, "missing_required_parameter")
            : null;

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "an integer" : "a decimal",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };
}
