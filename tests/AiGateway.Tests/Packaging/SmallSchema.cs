using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AiGateway.Tests.Packaging;

/// <summary>Checks a value against the part of JSON Schema (draft-07) that the chart's schema uses; a keyword it does not know is an error, so that no rule passes unchecked.</summary>
internal static class SmallSchema
{
    /// <summary>Every violation, with its path.</summary>
    public static IEnumerable<string> Check(JsonNode schema, JsonNode? value, string path = "$") =>
        ((JsonObject)schema).SelectMany(rule => Check((JsonObject)schema, rule.Key, rule.Value!, value, path));

    private static IEnumerable<string> Check(JsonObject schema, string keyword, JsonNode rule, JsonNode? value, string path)
    {
        switch (keyword)
        {
            case "$schema" or "title" or "description" or "then":
                return [];
            case "type":
                var types = rule is JsonArray several ? several.Select(type => (string)type!) : [(string)rule!];
                return types.Contains(TypeOf(value), StringComparer.Ordinal) ? [] : [$"{path} is {TypeOf(value)}, not {rule.ToJsonString()}"];
            case "enum":
                return ((JsonArray)rule).Any(allowed => JsonNode.DeepEquals(allowed, value)) ? [] : [$"{path} is none of {rule.ToJsonString()}"];
            case "const":
                return JsonNode.DeepEquals(rule, value) ? [] : [$"{path} is not {rule.ToJsonString()}"];
            case "allOf":
                return ((JsonArray)rule).SelectMany(part => Check(part!, value, path));
            case "if":
                return Check(rule, value, path).Any() ? [] : Check(schema["then"]!, value, path);
        }
        return value switch
        {
            JsonObject members => CheckObject(schema, keyword, rule, members, path),
            JsonArray items => keyword switch
            {
                "items" => items.SelectMany((item, index) => Check(rule, item, $"{path}[{index}]")),
                "minItems" => items.Count >= (int)rule ? [] : [$"{path} has fewer than {rule} items"],
                _ => Foreign(keyword),
            },
            JsonValue scalar => CheckScalar(keyword, rule, scalar, path),
            _ => [],
        };
    }

    private static IEnumerable<string> CheckObject(JsonObject schema, string keyword, JsonNode rule, JsonObject members, string path) => keyword switch
    {
        "properties" => members.Where(member => ((JsonObject)rule).ContainsKey(member.Key)).SelectMany(member => Check(rule[member.Key]!, member.Value, $"{path}.{member.Key}")),
        "required" => ((JsonArray)rule).Select(name => (string)name!).Where(name => !members.ContainsKey(name)).Select(name => $"{path}.{name} is missing"),
        "additionalProperties" => members.Where(member => schema["properties"] is not JsonObject known || !known.ContainsKey(member.Key))
            .SelectMany(member => rule is JsonObject inner ? Check(inner, member.Value, $"{path}.{member.Key}") : (bool)rule ? [] : [$"{path}.{member.Key} is unknown"]),
        _ => Foreign(keyword),
    };

    private static IEnumerable<string> CheckScalar(string keyword, JsonNode rule, JsonValue value, string path) => keyword switch
    {
        "minimum" => TypeOf(value) != "integer" || (long)value >= (long)rule ? [] : [$"{path} is below {rule}"],
        "maximum" => TypeOf(value) != "integer" || (long)value <= (long)rule ? [] : [$"{path} is above {rule}"],
        "minLength" => TypeOf(value) != "string" || ((string)value!).Length >= (int)rule ? [] : [$"{path} is too short"],
        "pattern" => TypeOf(value) != "string" || Regex.IsMatch((string)value!, (string)rule!) ? [] : [$"{path} does not match {rule}"],
        _ => Foreign(keyword),
    };

    // A keyword for another type of value says nothing about this one; one that nobody knows must not pass as a rule.
    private static string[] Foreign(string keyword) =>
        keyword is "properties" or "required" or "additionalProperties" or "items" or "minItems" or "minimum" or "maximum" or "minLength" or "pattern"
            ? [] : throw new InvalidDataException($"the schema uses '{keyword}', which this check does not know");

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => ((JsonValue)value).TryGetValue(out long _) || ((JsonValue)value).TryGetValue(out int _) ? "integer" : "number",
    };
}
