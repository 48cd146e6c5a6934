using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiGateway.Configuration.Runtime;

/// <summary>The hashes of an entry's keys as a store keeps them.</summary>
internal static class SecretsJson
{
    /// <summary>As text.</summary>
    public static string Write(IReadOnlyList<KeySecret> secrets) => new JsonArray([.. secrets.Select(static secret => (JsonNode)new JsonObject
    {
        ["hash"] = secret.Hash,
        ["start"] = secret.Start,
        ["until"] = secret.Until?.ToUnixTimeMilliseconds(),
    })]).ToJsonString();

    /// <summary>From text.</summary>
    public static IReadOnlyList<KeySecret> Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateArray().Select(static secret => new KeySecret(
            secret.GetProperty("hash").GetString()!,
            secret.GetProperty("start").GetString(),
            secret.GetProperty("until") is { ValueKind: JsonValueKind.Number } until ? DateTimeOffset.FromUnixTimeMilliseconds(until.GetInt64()) : null))];
    }
}
