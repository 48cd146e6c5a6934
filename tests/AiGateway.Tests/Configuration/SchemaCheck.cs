using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AiGateway.Tests.Configuration;

/// <summary>The part of JSON Schema 2020-12 that our schema uses. An unknown keyword fails the test: it would go unchecked.</summary>
internal static class SchemaCheck
{
    public static void Validate(JsonNode? value, JsonNode schema, JsonNode root, string at, List<string> problems)
    {
        foreach (var (keyword, expected) in schema.AsObject())
        {
            switch (keyword)
            {
                case "$schema" or "title" or "description" or "$defs" or "items" or "properties" or "additionalProperties":
                    break;
                case "$ref":
                    Validate(value, root["$defs"]![expected!.GetValue<string>()["#/$defs/".Length..]]!, root, at, problems);
                    break;
                case "anyOf":
                    if (!expected!.AsArray().Any(option => IsValid(value, option!, root)))
                    {
                        problems.Add($"{at}: none of anyOf");
                    }
                    break;
                case "type":
                    var types = expected is JsonArray several ? several.Select(type => type!.GetValue<string>()) : [expected!.GetValue<string>()];
                    if (!types.Any(type => IsOfType(value, type)))
                    {
                        problems.Add($"{at}: not {expected}");
                    }
                    break;
                case "enum":
                    if (!expected!.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)))
                    {
                        problems.Add($"{at}: not in enum");
                    }
                    break;
                case "pattern":
                    if (value?.GetValueKind() == JsonValueKind.String && !Regex.IsMatch(value.GetValue<string>(), expected!.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1)))
                    {
                        problems.Add($"{at}: does not match {expected}");
                    }
                    break;
                case "minimum" or "maximum":
                    if (value?.GetValueKind() == JsonValueKind.Number && (keyword == "minimum" ? Number(value) < Number(expected!) : Number(value) > Number(expected!)))
                    {
                        problems.Add($"{at}: beyond {keyword}");
                    }
                    break;
                default:
                    problems.Add($"{at}: unknown keyword {keyword}");
                    break;
            }
        }
        if (value is JsonArray array && schema["items"] is { } items)
        {
            for (var i = 0; i < array.Count; i++)
            {
                Validate(array[i], items, root, $"{at}[{i}]", problems);
            }
        }
        if (value is JsonObject members)
        {
            ValidateMembers(members, schema, root, at, problems);
        }
    }

    private static void ValidateMembers(JsonObject members, JsonNode schema, JsonNode root, string at, List<string> problems)
    {
        foreach (var (name, member) in members)
        {
            if (schema["properties"]?[name] is { } property)
            {
                Validate(member, property, root, $"{at}.{name}", problems);
            }
            else if (schema["additionalProperties"] is JsonObject additional)
            {
                Validate(member, additional, root, $"{at}.{name}", problems);
            }
            else if (schema["additionalProperties"] is not null)
            {
                problems.Add($"{at}.{name}: not allowed");
            }
        }
    }

    private static bool IsValid(JsonNode? value, JsonNode schema, JsonNode root)
    {
        var problems = new List<string>();
        Validate(value, schema, root, "", problems);
        return problems.Count == 0;
    }

    private static bool IsOfType(JsonNode? value, string type) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "integer" => value?.GetValueKind() == JsonValueKind.Number && double.IsInteger(Number(value)),
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        _ => throw new InvalidOperationException($"Unknown type {type}."),
    };

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
