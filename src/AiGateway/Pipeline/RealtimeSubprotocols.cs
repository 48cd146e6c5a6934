using Microsoft.Extensions.Primitives;

namespace AiGateway.Pipeline;

/// <summary>
/// The subprotocols of OpenAI's realtime API. Browsers cannot set headers on a WebSocket, so what would be headers comes as names of
/// subprotocols: <c>realtime</c>, <c>openai-insecure-api-key.KEY</c>, <c>openai-organization.ID</c>, <c>openai-project.ID</c>, <c>openai-beta.realtime-v1</c>.
/// </summary>
internal static class RealtimeSubprotocols
{
    private const string Realtime = "realtime";
    private const string Beta = "openai-beta.realtime-v1";
    private const string KeyPrefix = "openai-insecure-api-key.";

    /// <summary>The key among them; null when there is none. It is known for no longer than the handshake.</summary>
    public static string? KeyIn(StringValues offered) => Find(offered, static name => name.StartsWith(KeyPrefix, StringComparison.Ordinal)) is { Length: > 0 } name ? name[KeyPrefix.Length..] : null;

    /// <summary>Whether the beta's events are asked for.</summary>
    public static bool AskForBeta(StringValues offered) => Find(offered, static name => name == Beta) is not null;

    /// <summary>The one to confirm: <c>realtime</c>, else the first that carries nothing. A browser fails the connection when it offered some and none is confirmed.</summary>
    public static string? Choose(StringValues offered) =>
        Find(offered, static name => name == Realtime) ?? Find(offered, static name => !name.Contains('.', StringComparison.Ordinal)) ?? Find(offered, static name => name == Beta);

    private static string? Find(StringValues offered, Predicate<string> isWanted)
    {
        foreach (var line in offered)
        {
            foreach (var name in (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (isWanted(name))
                {
                    return name;
                }
            }
        }
        return null;
    }
}
