using System.Text.Json;

namespace AiGateway.Protocols.Chat;

/// <summary>What the dialects' own web searches have in common: where the user is, how much is to be read, which sites are searched.</summary>
/// <remarks>
/// Read from OpenAI Chat's <c>web_search_options</c>, Responses' <c>web_search</c> and Anthropic's <c>web_search_20250305</c>. Sources:
/// https://platform.openai.com/docs/guides/tools-web-search and
/// https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool.
/// </remarks>
internal sealed class WebSearchOptions
{
    private static readonly string[] PlaceNames = ["city", "country", "region", "timezone"];

    private readonly List<(string Name, string Text)> _place = [];

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>; null when it is not said.</summary>
    public string? ContextSize { get; private set; }

    /// <summary>Sites to search alone; absent for all.</summary>
    public JsonValue AllowedDomains { get; private set; }

    /// <summary>Sites not to search; absent for none.</summary>
    public JsonValue BlockedDomains { get; private set; }

    /// <summary>Most searches of one answer; null for no bound.</summary>
    public long? MaxUses { get; private set; }

    /// <summary>Reads a tool's own object; one without options for an absent one.</summary>
    public static WebSearchOptions Of(JsonValue native)
    {
        var options = new WebSearchOptions();
        if (native.IsAbsent)
            return options;
        using var document = native.Open();
        var root = document.RootElement;
        options.ContextSize = JsonBody.TextOf(root, "search_context_size"u8);
        options.MaxUses = JsonBody.CountOf(root, "max_uses"u8);
        var filters = JsonBody.Member(root, "filters"u8);
        options.AllowedDomains = List(JsonBody.Member(filters.ValueKind == JsonValueKind.Object ? filters : root, "allowed_domains"u8));
        options.BlockedDomains = List(JsonBody.Member(filters.ValueKind == JsonValueKind.Object ? filters : root, "blocked_domains"u8));
        var place = JsonBody.Member(root, "user_location"u8);
        if (JsonBody.Member(place, "approximate"u8) is { ValueKind: JsonValueKind.Object } nested)
            place = nested;
        if (place.ValueKind != JsonValueKind.Object)
            return options;
        foreach (var name in PlaceNames)
        {
            if (place.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                options._place.Add((name, value.GetString()!));
        }
        return options;
    }

    /// <summary>Writes <c>user_location</c>, where there is one.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="isNested">Whether the place stands in a member <c>approximate</c> of it (OpenAI Chat).</param>
    public void WritePlace(Utf8JsonWriter json, bool isNested)
    {
        if (_place.Count == 0)
            return;
        json.WriteStartObject("user_location"u8);
        json.WriteString("type"u8, "approximate"u8);
        if (isNested)
            json.WriteStartObject("approximate"u8);
        foreach (var (name, text) in _place)
            json.WriteString(name, text);
        if (isNested)
            json.WriteEndObject();
        json.WriteEndObject();
    }

    private static JsonValue List(JsonElement list) => list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? JsonValue.Of(list) : default;
}
