using AiGateway.Admission;
using StackExchange.Redis;

namespace AiGateway.Storage.Redis;

/// <summary>Keeps in Redis which node sends a webhook's message, and that it was taken.</summary>
/// <param name="connection">The connection.</param>
/// <param name="prefix">What every key begins with.</param>
/// <param name="node">This process's name among the nodes.</param>
internal sealed class RedisWebhookClaims(RedisConnection connection, string prefix, string node) : IWebhookClaims
{
    // Longer than one attempt may take.
    private const long ClaimMilliseconds = 30_000;

    private const string Told = "told";

    private static readonly LimitScript Claim = new("webhook_claim", """
        local by = redis.call('GET', KEYS[1])
        if by == 'told' then return 2 end
        if by and by ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """);

    private static readonly LimitScript Set = new("webhook_told", "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1");

    /// <inheritdoc/>
    public async Task<WebhookClaim> ClaimAsync(string message) => (WebhookClaim)(int)await connection.RunAsync(Claim, [KeyOf(message)], [node, ClaimMilliseconds]);

    /// <inheritdoc/>
    public Task ToldAsync(string message, TimeSpan keep) => connection.RunAsync(Set, [KeyOf(message)], [Told, (long)keep.TotalMilliseconds]);

    private RedisKey KeyOf(string message) => $"{prefix}webhook:{message}";
}
