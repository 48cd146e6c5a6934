using AiGateway.Pipeline;

namespace AiGateway.Caching;

/// <summary>By what kept answers can be purged together.</summary>
internal static class CacheTags
{
    /// <summary>Of all answers: what <c>HybridCache</c> takes for every tag.</summary>
    public const string All = "*";

    /// <summary>Of an alias: its name in the configuration.</summary>
    public static string Alias(string name) => $"alias:{name}";

    /// <summary>Of a model: its name upstream.</summary>
    public static string Model(string name) => $"model:{name}";

    /// <summary>Of a team.</summary>
    public static string Team(string name) => $"team:{name}";

    /// <summary>Of a tag that the request had.</summary>
    public static string Tag(string name, string value) => $"tag:{name}={value}";

    /// <summary>Those of an answer.</summary>
    public static string[] Of(Exchange exchange, string upstreamModel)
    {
        var tags = new List<string>(4) { Alias(exchange.Plan!.Alias.Name), Model(upstreamModel) };
        if (exchange.Caller.Team is { } team)
        {
            tags.Add(Team(team));
        }
        foreach (var (name, value) in exchange.Caller.Tags.Concat(exchange.Request!.Tags))
        {
            tags.Add(Tag(name, value));
        }
        return [.. tags];
    }
}
