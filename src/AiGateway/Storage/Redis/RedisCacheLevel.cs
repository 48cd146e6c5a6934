using System.Globalization;
using System.Text;
using AiGateway.Admission.Sharing;
using AiGateway.Caching.Levels;
using AiGateway.Pipeline;
using StackExchange.Redis;

namespace AiGateway.Storage.Redis;

/// <summary>The level of the cache that nodes share, in Redis.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>cache:a:KEY</c>: an entry, as <see cref="SharedEnvelope"/> writes it, sealed under the gateway's secret and bound to its key: what others wrote, or moved
/// to another key, does not open. Redis lets it go when its time has passed.</item>
/// <item><c>cache:purges</c>: the latest purge of each tag and key, by name. It lives longer than any entry.</item>
/// <item><c>cache:purges:v</c>: another value after each purge, so that nodes see that there is something to read.</item>
/// </list>
/// The connection is the cache's own: a large answer must not stand in the way of what limits ask. Redis that is away, slow or empty is an empty cache.
/// </remarks>
/// <param name="connection">The connection, its own from now on.</param>
/// <param name="prefix">What every key begins with.</param>
/// <param name="seal">Seals entries; its own from now on.</param>
/// <param name="clock">Says how long an entry has still to live.</param>
/// <param name="metrics">Counts what is too large.</param>
internal sealed class RedisCacheLevel(RedisConnection connection, string prefix, SealedContent seal, TimeProvider clock, CacheLevelMetrics metrics) : ISharedLevel, IAsyncDisposable
{
    // Longer than any entry: LayeredCache keeps none for more than 30 days.
    private static readonly long PurgeMilliseconds = (long)TimeSpan.FromDays(31).TotalMilliseconds;

    // In one piece: who read in between would find purges missing, take them for lost, and tell again what a purge of everything is to replace.
    private static readonly LimitScript Tell = new("purge", """
        if ARGV[2] == '1' then redis.call('DEL', KEYS[1]) end
        for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        return 1
        """);

    private readonly RedisKey _purges = prefix + "cache:purges";
    private readonly RedisKey _version = prefix + "cache:purges:v";

    // Not what any Redis says, so that the first exchange reads the table.
    private string? _seen = "";

    /// <inheritdoc/>
    public async ValueTask<(SharedResult Result, CacheEntry? Entry)> ReadAsync(string key)
    {
        byte[]? box;
        try
        {
            box = (byte[]?)await connection.RunAsync("get", KeyOf(key));
        }
        catch (Exception e) when (IsFailure(e))
        {
            return (SharedResult.Failed, null);
        }
        if (box is null)
        {
            return (SharedResult.Miss, null);
        }
        var entry = Open(box, key);
        return (entry is null ? SharedResult.Unreadable : SharedResult.Hit, entry);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> WriteAsync(CacheEntry entry)
    {
        await SocketThread.LeaveFor(entry.Value.Length);
        var life = (entry.Expires - clock.GetUtcNow().UtcTicks) / TimeSpan.TicksPerMillisecond;
        if (life <= 0)
        {
            return false;
        }
        if (SharedEnvelope.Write(entry) is not { } clear)
        {
            metrics.TooLarge();
            return false;
        }
        return await TryRunAsync("set", KeyOf(entry.Key), seal.Seal(clear, BoundTo(entry.Key)), "PX", life);
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(string key) => await TryRunAsync("del", KeyOf(key));

    /// <inheritdoc/>
    public async ValueTask<(bool Told, IReadOnlyDictionary<string, long>? Purges)> ExchangeAsync(KeyValuePair<string, long>[] purges)
    {
        var isTold = purges.Length == 0 || await TellAsync(purges);
        try
        {
            var version = (string?)await connection.RunAsync("get", _version);
            if (version == _seen)
            {
                return (isTold, null);
            }
            var flat = (RedisResult[])(await connection.RunAsync("hgetall", _purges))!;
            var all = new Dictionary<string, long>(flat.Length / 2, StringComparer.Ordinal);
            for (var i = 0; i + 1 < flat.Length; i += 2)
            {
                // What is no number was not written by us; it purges all the same.
                all[(string)flat[i]!] = long.TryParse((string?)flat[i + 1], CultureInfo.InvariantCulture, out var id) ? id : -1;
            }
            _seen = version;
            return (isTold, all);
        }
        catch (Exception e) when (IsFailure(e))
        {
            return (isTold, null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        seal.Dispose();
    }

    private async Task<bool> TellAsync(KeyValuePair<string, long>[] purges)
    {
        var arguments = new RedisValue[2 + (purges.Length * 2)];
        arguments[0] = PurgeMilliseconds;
        arguments[1] = purges.Any(static purge => purge.Key == PurgeTable.Everything) ? 1 : 0;
        for (var i = 0; i < purges.Length; i++)
        {
            arguments[2 + (2 * i)] = purges[i].Key;
            arguments[3 + (2 * i)] = purges[i].Value;
        }
        try
        {
            await connection.RunAsync(Tell, [_purges], arguments);
        }
        catch (Exception e) when (IsFailure(e))
        {
            return false;
        }
        // Only then: who sees the new version finds what it stands for.
        return await TryRunAsync("set", _version, purges[^1].Value, "PX", PurgeMilliseconds);
    }

    private async Task<bool> TryRunAsync(string command, params object[] arguments)
    {
        try
        {
            await connection.RunAsync(command, arguments);
            return true;
        }
        catch (Exception e) when (IsFailure(e))
        {
            return false;
        }
    }

    private CacheEntry? Open(byte[] box, string key)
    {
        try
        {
            return SharedEnvelope.TryRead(seal.Open(box, BoundTo(key)), key);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    // A key of another type is one that somebody else wrote (RedisServerException); it is counted by the connection.
    private static bool IsFailure(Exception e) => e is LimitStoreException or InvalidCastException;

    private RedisKey KeyOf(string key) => prefix + "cache:a:" + key;

    private static byte[] BoundTo(string key) => Encoding.UTF8.GetBytes("cache\n" + key);
}
