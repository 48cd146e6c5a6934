using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.Configuration;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Admin;

/// <summary>Entries of the routing file as JSON with its own members; neither ids nor hashes.</summary>
internal static class FileEntryJson
{
    private static readonly (TimeSpan Window, string Word)[] Windows =
        [(TimeSpan.FromSeconds(1), "second"), (TimeSpan.FromMinutes(1), "minute"), (TimeSpan.FromHours(1), "hour"), (TimeSpan.FromDays(1), "day"), (TimeSpan.FromDays(30), "month")];

    /// <summary>A caller.</summary>
    public static JsonElement Of(CallerConfig caller) => Element(
        ("project", caller.Project), ("team", caller.Team), ("organisation", caller.Organisation),
        ("tags", caller.Tags.Count == 0 ? null : new JsonObject(caller.Tags.Select(static tag => KeyValuePair.Create<string, JsonNode?>(tag.Key, tag.Value)))),
        ("aliases", Texts(caller.Aliases)), ("native", Texts(caller.Native)),
        ("priority", caller.Priority), ("expires", caller.Expires?.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)), ("disabled", caller.Disabled ? true : null));

    /// <summary>A limit.</summary>
    public static JsonElement Of(LimitConfig limit) => Element(
        ("on", limit.On), ("match", limit.Match),
        ("requests", Rates(limit.Requests)), ("tokens", Rates(limit.Tokens)), ("input_tokens", Rates(limit.InputTokens)), ("output_tokens", Rates(limit.OutputTokens)), ("spend", Rates(limit.Spend)),
        ("concurrent", limit.Concurrent), ("reserve", limit.Reserve), ("shadow", limit.Shadow ? true : null),
        ("mode", limit.Mode), ("on_store_failure", limit.OnStoreFailure), ("queue", Of(limit.Queue)));

    /// <summary>A budget.</summary>
    public static JsonElement Of(BudgetConfig budget) => Element(
        ("on", budget.On), ("match", budget.Match), ("amount", budget.Amount?.ToString(CultureInfo.InvariantCulture)), ("per", budget.Per), ("time_zone", budget.TimeZone),
        ("reserve", budget.Reserve), ("warn_at", Texts([.. budget.WarnAt.Select(static percent => percent.ToString(CultureInfo.InvariantCulture) + "%")])),
        ("notify", Texts(budget.Notify)), ("then_alias", budget.ThenAlias), ("shadow", budget.Shadow ? true : null),
        ("mode", budget.Mode), ("on_store_failure", budget.OnStoreFailure));

    private static JsonObject? Of(QueueConfig? queue)
    {
        var body = queue is null ? null : new JsonObject();
        if (queue?.MaxWait is { } wait)
        {
            body!["max_wait"] = Units.Show(wait);
        }
        if (queue?.MaxWaiting is { } most)
        {
            body!["max_waiting"] = most;
        }
        return body;
    }

    private static JsonElement Element(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var body = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
            {
                body[name] = value;
            }
        }
        return JsonSerializer.SerializeToElement(body);
    }

    private static JsonArray? Rates(IReadOnlyList<Rate> rates) => Texts([.. rates.Select(static rate =>
        string.Create(CultureInfo.InvariantCulture, $"{rate.Amount}/{Array.Find(Windows, window => window.Window == rate.Window).Word}"))]);

    private static JsonArray? Texts(IReadOnlyList<string> texts) => texts.Count == 0 ? null : new JsonArray([.. texts.Select(static text => (JsonNode)text)]);
}
