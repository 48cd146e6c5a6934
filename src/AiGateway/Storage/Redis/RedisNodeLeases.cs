using AiGateway.Admission.Sharing;
using AiGateway.Caching.Nodes;
using StackExchange.Redis;

namespace AiGateway.Storage.Redis;

/// <summary>Keeps in Redis which node makes a call that several want.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>cache:f:KEY</c>: while the call runs <c>t</c>, who makes it, and <c>w</c>, that somebody waits; for a short time after it <c>r</c>, how it ended, for whoever the notice has not reached.</item>
/// <item>the channel <c>cache:ended</c>: how a call ended that somebody waits for, and its key.</item>
/// </list>
/// Nothing of a request or an answer stands there. Whoever else writes there can make nodes wait, for as long as they ever wait, or call more often; what is served comes from sealed entries alone.
/// </remarks>
/// <param name="connection">The connection, its own from now on.</param>
/// <param name="prefix">What every key begins with.</param>
internal sealed class RedisNodeLeases(RedisConnection connection, string prefix) : INodeLeases, IAsyncDisposable
{
    // Longer than who waits takes from asking to asking.
    private const long EndMilliseconds = 2_000;

    private static readonly long LifeMilliseconds = (long)NodeFlights.Life.TotalMilliseconds;

    private static readonly LimitScript Take = new("flight_take", """
        local by = redis.call('HGET', KEYS[1], 't')
        if by and by ~= ARGV[1] then
          redis.call('HSET', KEYS[1], 'w', '1')
          return 0
        end
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 't', ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return 1
        """);

    // What is not there was lost, and is brought back.
    private static readonly LimitScript Renew = new("flight_renew", """
        local by = redis.call('HGET', KEYS[1], 't')
        if (by and by ~= ARGV[1]) or redis.call('HEXISTS', KEYS[1], 'r') == 1 then return 0 end
        redis.call('HSET', KEYS[1], 't', ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return 1
        """);

    // Where it is not there, nobody knows whether somebody waits.
    private static readonly LimitScript Finish = new("flight_end", """
        local by = redis.call('HGET', KEYS[1], 't')
        if by and by ~= ARGV[1] then return 0 end
        local told = not by or redis.call('HEXISTS', KEYS[1], 'w') == 1
        redis.call('DEL', KEYS[1])
        if ARGV[2] ~= 'given_up' then
          redis.call('HSET', KEYS[1], 'r', ARGV[2])
          redis.call('PEXPIRE', KEYS[1], ARGV[3])
        end
        if told then redis.call('PUBLISH', ARGV[4], ARGV[2] .. ' ' .. ARGV[5]) end
        return 1
        """);

    private readonly string _channel = prefix + "cache:ended";
    private Task? _subscribed;

    /// <inheritdoc/>
    public Action<string, LeaseState>? Ended { get; set; }

    /// <inheritdoc/>
    public async ValueTask<LeaseState> TakeAsync(string key, string holder) => await TryRunAsync(Take, key, holder, LifeMilliseconds) switch
    {
        null => LeaseState.Unavailable,
        1 => LeaseState.Taken,
        _ => LeaseState.Held,
    };

    /// <inheritdoc/>
    public async ValueTask<bool> RenewAsync(string key, string holder) => await TryRunAsync(Renew, key, holder, LifeMilliseconds) is not 0;

    /// <inheritdoc/>
    public async ValueTask EndAsync(string key, string holder, LeaseState end) => await TryRunAsync(Finish, key, holder, WordOf(end), EndMilliseconds, _channel, key);

    /// <inheritdoc/>
    public async ValueTask<LeaseState> ReadAsync(string key)
    {
        Subscribe();
        try
        {
            var fields = (RedisResult[])(await connection.RunAsync("hmget", "HMGET", KeyOf(key), "t", "r"))!;
            return (string?)fields[0] is null ? StateOf((string?)fields[1]) : LeaseState.Held;
        }
        catch (Exception e) when (IsFailure(e))
        {
            return LeaseState.Unavailable;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    // By the first who waits; until it is done, and where it fails, they find out by asking.
    private void Subscribe()
    {
        if (Volatile.Read(ref _subscribed) is null or { IsFaulted: true })
        {
            Volatile.Write(ref _subscribed, connection.SubscribeAsync(_channel, Heard));
        }
    }

    private void Heard(string message)
    {
        var space = message.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0 && (message.AsSpan(0, space) is "given_up" ? LeaseState.GivenUp : StateOf(message[..space])) is var end and not LeaseState.Free)
        {
            Ended?.Invoke(message[(space + 1)..], end);
        }
    }

    /// <summary>What a script says; null when it cannot be asked.</summary>
    private async ValueTask<int?> TryRunAsync(LimitScript script, string key, params RedisValue[] values)
    {
        try
        {
            return (int)await connection.RunAsync(script, [KeyOf(key)], values);
        }
        catch (Exception e) when (IsFailure(e))
        {
            return null;
        }
    }

    // A key of another type is one that somebody else wrote (RedisServerException); it is counted by the connection.
    private static bool IsFailure(Exception e) => e is LimitStoreException or InvalidCastException;

    private RedisKey KeyOf(string key) => prefix + "cache:f:" + key;

    private static string WordOf(LeaseState end) => end switch
    {
        LeaseState.Kept => "kept",
        LeaseState.NotKept => "not_kept",
        _ => "given_up",
    };

    private static LeaseState StateOf(string? word) => word switch
    {
        "kept" => LeaseState.Kept,
        "not_kept" => LeaseState.NotKept,
        _ => LeaseState.Free,
    };
}
