using System.Text.Json;

namespace AiGateway.Simulator.Answers;

/// <summary>Refuses chat requests that OpenAI refuses, with its messages.</summary>
internal static class ChatValidator
{
    /// <summary>The refusal, or null when the request is sound.</summary>
    public static Answer? Check(JsonElement request) =>
        CheckMessages(request)
        ?? RequestRules.CheckStream(request)
        ?? RequestRules.CheckRange(request, "n"u8, "n", 1, 128)
        ?? RequestRules.CheckRange(request, "max_tokens"u8, "max_tokens", 1, int.MaxValue)
        ?? RequestRules.CheckRange(request, "max_completion_tokens"u8, "max_completion_tokens", 1, int.MaxValue)
        ?? RequestRules.CheckTemperature(request);

    private static Answer? CheckMessages(JsonElement request)
    {
        if (request.Member("messages"u8) is not { } messages)
            return ErrorAnswers.BadRequest("Missing required parameter: 'messages'.", "messages", "missing_required_parameter");
        if (messages.ValueKind != JsonValueKind.Array)
            return RequestRules.WrongType("messages", "an array of objects", messages);
        if (messages.GetArrayLength() == 0)
            return ErrorAnswers.BadRequest("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "messages", "empty_array");
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object)
                return RequestRules.WrongType($"messages[{index}]", "an object", message);
            if (message.Member("role"u8) is not { ValueKind: JsonValueKind.String } role)
                return ErrorAnswers.BadRequest($"Missing required parameter: 'messages[{index}].role'.", $"messages[{index}].role", "missing_required_parameter");
            if (!IsRole(role))
                return ErrorAnswers.BadRequest($"Invalid value: '{role.GetString()}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.", $"messages[{index}].role", "invalid_value");
            if (message.Member("content"u8) is { ValueKind: not (JsonValueKind.String or JsonValueKind.Array) } content)
                return RequestRules.WrongType($"messages[{index}].content", "one of a string or array of objects", content);
            index++;
        }
        return null;
    }

    private static bool IsRole(JsonElement role) =>
        role.ValueEquals("user"u8) || role.ValueEquals("system"u8) || role.ValueEquals("assistant"u8)
        || role.ValueEquals("tool"u8) || role.ValueEquals("developer"u8) || role.ValueEquals("function"u8);
}
