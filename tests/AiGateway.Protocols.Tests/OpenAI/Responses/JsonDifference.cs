using System.Text.Json;

namespace AiGateway.Protocols.Tests.OpenAI.Responses;

/// <summary>Compares JSON as values and names the first difference.</summary>
internal static class JsonDifference
{
    /// <summary>The path and the two values; null when they are equal.</summary>
    public static string? Find(JsonElement expected, JsonElement actual, Func<string, bool>? isExcused = null, string path = "$")
    {
        if (isExcused?.Invoke(path) == true || JsonElement.DeepEquals(expected, actual))
            return null;
        if (expected.ValueKind == JsonValueKind.Object && actual.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in expected.EnumerateObject())
            {
                var at = $"{path}.{member.Name}";
                if (isExcused?.Invoke(at) == true)
                    continue;
                if (!actual.TryGetProperty(member.Name, out var other))
                    return $"{at}: missing, was {Short(member.Value)}";
                if (Find(member.Value, other, isExcused, at) is { } difference)
                    return difference;
            }
            foreach (var member in actual.EnumerateObject())
            {
                if (!expected.TryGetProperty(member.Name, out _) && isExcused?.Invoke($"{path}.{member.Name}") != true)
                    return $"{path}.{member.Name}: added, {Short(member.Value)}";
            }
            return null;
        }
        if (expected.ValueKind == JsonValueKind.Array && actual.ValueKind == JsonValueKind.Array && expected.GetArrayLength() == actual.GetArrayLength())
        {
            for (var i = 0; i < expected.GetArrayLength(); i++)
            {
                if (Find(expected[i], actual[i], isExcused, $"{path}[]") is { } difference)
                    return difference;
            }
            return null;
        }
        return $"{path}: {Short(expected)} became {Short(actual)}";
    }

    private static string Short(JsonElement element) => element.GetRawText() is { Length: > 200 } text ? text[..200] : element.GetRawText();
}
