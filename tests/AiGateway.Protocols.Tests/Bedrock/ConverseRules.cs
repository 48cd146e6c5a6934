using System.Text.Json;
using System.Text.RegularExpressions;

namespace AiGateway.Protocols.Tests.Bedrock;

/// <summary>What Bedrock refuses with a ValidationException, as far as its documentation and its answers tell.</summary>
internal static partial class ConverseRules
{
    /// <summary>The rules that a request breaks.</summary>
    public static List<string> Broken(JsonElement request)
    {
        var broken = new List<string>();
        var open = new HashSet<string>(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var last = "assistant";
        var hasToolBlocks = false;
        foreach (var message in request.GetProperty("messages").EnumerateArray())
        {
            var role = message.GetProperty("role").GetString()!;
            if (role == last)
                broken.Add("roles do not alternate");
            last = role;
            var kinds = new List<string>();
            foreach (var block in message.GetProperty("content").EnumerateArray())
            {
                var member = block.EnumerateObject().Single();
                kinds.Add(member.Name);
                CheckBlock(member, open, used, names, broken);
            }
            hasToolBlocks |= kinds.Contains("toolUse") || kinds.Contains("toolResult");
            if (kinds.Count == 0)
                broken.Add("empty content");
            if (kinds.Contains("document") && !kinds.Contains("text"))
                broken.Add("a document without text");
            if (role == "assistant" && kinds.Exists(kind => kind is "image" or "document" or "video" or "audio" or "toolResult"))
                broken.Add("an assistant with media or results");
        }
        if (hasToolBlocks && !request.TryGetProperty("toolConfig", out _))
            broken.Add("tool blocks without toolConfig");
        if (request.TryGetProperty("toolConfig", out var config))
            CheckTools(config, broken);
        if (request.TryGetProperty("system", out var system) && system.EnumerateArray().Any(block => block.TryGetProperty("text", out var text) && string.IsNullOrWhiteSpace(text.GetString())))
            broken.Add("blank instructions");
        if (request.TryGetProperty("inferenceConfig", out var inference) && inference.TryGetProperty("temperature", out var temperature) && temperature.GetDouble() is < 0 or > 1)
            broken.Add("temperature");
        return broken;
    }

    private static void CheckBlock(JsonProperty member, HashSet<string> open, HashSet<string> used, HashSet<string> names, List<string> broken)
    {
        switch (member.Name)
        {
            case "text" when string.IsNullOrWhiteSpace(member.Value.GetString()):
                broken.Add("blank text");
                break;
            case "toolUse":
                var id = member.Value.GetProperty("toolUseId").GetString()!;
                if (!Id().IsMatch(id) || !used.Add(id))
                    broken.Add($"id '{id}' is odd or used twice");
                open.Add(id);
                if (member.Value.GetProperty("input").ValueKind != JsonValueKind.Object)
                    broken.Add("input is no object");
                break;
            case "toolResult":
                if (!Id().IsMatch(member.Value.GetProperty("toolUseId").GetString()!))
                    broken.Add("a result's id is odd");
                foreach (var inner in member.Value.GetProperty("content").EnumerateArray())
                {
                    var content = inner.EnumerateObject().Single();
                    if (content.Name == "json" && content.Value.ValueKind != JsonValueKind.Object)
                        broken.Add("json is no object");
                    CheckBlock(content, open, used, names, broken);
                }
                break;
            case "document":
                var name = member.Value.GetProperty("name").GetString()!;
                if (!Name().IsMatch(name) || !names.Add(name))
                    broken.Add($"document name '{name}'");
                break;
            case "image" when member.Value.GetProperty("format").GetString() is not ("png" or "jpeg" or "gif" or "webp"):
                broken.Add("image format");
                break;
            default:
                break;
        }
    }

    private static void CheckTools(JsonElement config, List<string> broken)
    {
        if (config.GetProperty("tools").GetArrayLength() == 0)
            broken.Add("no tools");
        foreach (var tool in config.GetProperty("tools").EnumerateArray())
        {
            if (!tool.TryGetProperty("toolSpec", out var spec))
                continue;
            if (spec.TryGetProperty("description", out var description) && string.IsNullOrWhiteSpace(description.GetString()))
                broken.Add("blank description");
            if (spec.GetProperty("inputSchema").GetProperty("json").GetProperty("type").ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
                broken.Add("schema without type");
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex Id();

    [GeneratedRegex(@"^(?!.*\s\s)[a-zA-Z0-9\s\-()\[\]]{1,200}$")]
    private static partial Regex Name();
}
