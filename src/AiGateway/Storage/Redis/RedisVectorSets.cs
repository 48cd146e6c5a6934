using System.Globalization;
using System.Runtime.InteropServices;
using AiGateway.Admission.Sharing;
using AiGateway.Caching.Semantic;
using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Configuration;
using StackExchange.Redis;

namespace AiGateway.Storage.Redis;

/// <summary>Vectors that nodes share, in the vector sets of Redis 8.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>semantic:v:EMBEDDER:{PARTITION}</c>: a vector set; elements by the question's id, with <c>e</c>, when they expire, in Unix milliseconds.
/// It lives as long as the last of its elements.</item>
/// <item><c>semantic:r:{EMBEDDER:ALIAS}</c>: all elements of an alias by when they expire, for its bound and for the sweep.</item>
/// <item><c>semantic:s:{EMBEDDER:ALIAS}</c>: which node sweeps.</item>
/// </list>
/// Each command and script has keys of one tag, and so one node of a cluster. A partition's tag is the partition: an alias may share answers across
/// organisations.
/// </remarks>
/// <param name="connection">The connection.</param>
/// <param name="prefix">What every key begins with.</param>
/// <param name="node">This process's name among the nodes.</param>
/// <param name="clock">Says what has expired.</param>
/// <param name="logger">Where a Redis without vector sets is told of.</param>
internal sealed partial class RedisVectorSets(RedisConnection connection, string prefix, string node, TimeProvider clock, ILogger<RedisVectorSets> logger) : IVectorSets
{
    // Enough for a bound that was lowered to be kept after a while, little enough for an answer not to wait.
    private const int MostRemovedAtOnce = 16;

    private const int MostSweptAtOnce = 500;

    // Longer than the time between two sweeps, so that the node that sweeps stays the same.
    private static readonly long SweepMilliseconds = (long)(3 * SharedIndexSweeper.Interval).TotalMilliseconds;

    private static readonly LimitScript Add = new("semantic_add", """
        redis.call('VADD', KEYS[1], 'FP32', ARGV[1], ARGV[2], 'Q8', 'SETATTR', ARGV[3])
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
        return 1
        """);

    private static readonly LimitScript Register = new("semantic_register", """
        redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
        local count, gone = redis.call('ZCARD', KEYS[1]), {}
        local over = math.min(count - tonumber(ARGV[3]), tonumber(ARGV[5]))
        if over > 0 then
          gone = redis.call('ZRANGE', KEYS[1], 0, over - 1)
          redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over - 1)
          count = count - over
        end
        return {count, gone}
        """);

    private static readonly LimitScript Sweep = new("semantic_sweep", """
        if redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2], 'NX') == false and redis.call('GET', KEYS[2]) ~= ARGV[1] then return {redis.call('ZCARD', KEYS[1]), {}} end
        redis.call('PEXPIRE', KEYS[2], ARGV[2])
        local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[3], 'LIMIT', 0, ARGV[4])
        if #gone > 0 then redis.call('ZREMRANGEBYRANK', KEYS[1], 0, #gone - 1) end
        return {redis.call('ZCARD', KEYS[1]), gone}
        """);

    private int _isTold;

    /// <summary>Whether this Redis has vector sets that may be used; null while it does not say.</summary>
    public async Task<bool?> HasVectorSetsAsync()
    {
        // Of a command that is there and may be used it only says that its arguments are wrong.
        foreach (var command in (string[])["vsim", "vadd"])
        {
            var answer = await AskAsync(command, KeyOf("check", "check"));
            if (answer is not true)
            {
                return answer;
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<UInt128>?> SearchAsync(UInt128 embedder, UInt128 partition, ReadOnlyMemory<float> vector, SemanticSearchModel how, int most)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        List<object> arguments = [SetOf(embedder, partition), "FP32", BytesOf(vector), "COUNT", most, "FILTER", string.Create(CultureInfo.InvariantCulture, $".e > {now}")];
        if (how.IsExact)
        {
            arguments.Add("TRUTH");
        }
        else if (how.Effort is { } effort)
        {
            arguments.Add("EF");
            arguments.Add(effort);
        }
        RedisResult[] found;
        try
        {
            found = (RedisResult[])(await connection.RunAsync("vsim", [.. arguments]))!;
        }
        catch (Exception e) when (IsFailure(e))
        {
            TellOfMissing(e);
            return null;
        }
        var ids = new List<UInt128>(found.Length);
        foreach (var name in found)
        {
            // What is no id of ours somebody else has put there.
            if (TryParse((string?)name, out var id))
            {
                ids.Add(id);
            }
        }
        return ids;
    }

    /// <inheritdoc/>
    public async ValueTask<VectorsGone?> AddAsync(AcceptanceKey owner, VectorId id, ReadOnlyMemory<float> vector, DateTimeOffset expires, int most)
    {
        var (at, life) = (expires.ToUnixTimeMilliseconds(), (long)(expires - clock.GetUtcNow()).TotalMilliseconds);
        if (life <= 0)
        {
            return null;
        }
        var set = SetOf(owner.Embedder, id.Partition);
        RedisValue[] element = [BytesOf(vector), NameOf(id.Id), string.Create(CultureInfo.InvariantCulture, $"{{\"e\":{at}}}"), life];
        try
        {
            try
            {
                await connection.RunAsync(Add, [set], element);
            }
            catch (LimitStoreException e) when (IsForeign(e))
            {
                // Under our prefix stands what is none of our vector sets, or one of other vectors.
                await connection.RunAsync("del", set);
                await connection.RunAsync(Add, [set], element);
            }
            var after = await connection.RunAsync(Register, [RegisterOf(owner)], [at, MemberOf(id), most, life, MostRemovedAtOnce]);
            return await RemoveAsync(owner.Embedder, after);
        }
        catch (Exception e) when (IsFailure(e))
        {
            TellOfMissing(e);
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(AcceptanceKey owner, VectorId id)
    {
        try
        {
            await connection.RunAsync("vrem", SetOf(owner.Embedder, id.Partition), NameOf(id.Id));
            await connection.RunAsync("zrem", RegisterOf(owner), MemberOf(id));
        }
        catch (Exception e) when (IsFailure(e))
        {
            // It is taken out when it is next found, or when its time has passed.
        }
    }

    /// <inheritdoc/>
    public async ValueTask<VectorsGone?> SweepAsync(AcceptanceKey owner)
    {
        try
        {
            var after = await connection.RunAsync(Sweep, [RegisterOf(owner), KeyOf("s", NameOf(owner))], [node, SweepMilliseconds, clock.GetUtcNow().ToUnixTimeMilliseconds(), MostSweptAtOnce]);
            return await RemoveAsync(owner.Embedder, after);
        }
        catch (Exception e) when (IsFailure(e))
        {
            return null;
        }
    }

    private async Task<VectorsGone> RemoveAsync(UInt128 embedder, RedisResult after)
    {
        var parts = (RedisResult[])after!;
        var gone = new List<VectorId>();
        foreach (var member in (RedisResult[])parts[1]!)
        {
            if (((string?)member)?.Split(':') is not [var partition, var name] || !TryParse(partition, out var within) || !TryParse(name, out var id))
            {
                continue;
            }
            await connection.RunAsync("vrem", SetOf(embedder, within), name);
            gone.Add(new VectorId(within, id));
        }
        return new VectorsGone((long)parts[0], gone);
    }

    private async Task<bool?> AskAsync(string command, RedisKey key)
    {
        try
        {
            await connection.RunAsync(command, key);
            return true;
        }
        catch (LimitStoreException e)
        {
            return e.InnerException is RedisServerException answer && RedisConnection.IsAboutTheCall(answer) ? !IsMissing(answer.Message) : null;
        }
    }

    private void TellOfMissing(Exception e)
    {
        if (e.InnerException is RedisServerException answer && IsMissing(answer.Message) && Interlocked.Exchange(ref _isTold, 1) == 0)
        {
            Log.NoVectorSets(logger, answer.Message);
        }
    }

    /// <summary>Whether Redis says that it does not know a command, or that it may not be used.</summary>
    internal static bool IsMissing(string message) =>
        message.StartsWith("NOPERM ", StringComparison.Ordinal) || message.StartsWith("ERR unknown command", StringComparison.OrdinalIgnoreCase)
        || message.StartsWith("ERR Unknown Redis command", StringComparison.OrdinalIgnoreCase) || message.StartsWith("ERR ACL failure", StringComparison.Ordinal);

    private static bool IsForeign(LimitStoreException e) =>
        e.InnerException is RedisServerException { Message: var message }
        && (message.StartsWith("WRONGTYPE", StringComparison.Ordinal) || message.Contains("dimension mismatch", StringComparison.Ordinal) || message.Contains("quantization mismatch", StringComparison.Ordinal));

    private static bool IsFailure(Exception e) => e is LimitStoreException or InvalidCastException or IndexOutOfRangeException;

    private RedisKey SetOf(UInt128 embedder, UInt128 partition) => KeyOf(string.Create(CultureInfo.InvariantCulture, $"v:{embedder:x32}"), NameOf(partition));

    private RedisKey RegisterOf(AcceptanceKey owner) => KeyOf("r", NameOf(owner));

    private RedisKey KeyOf(string kind, string tag) => $"{prefix}semantic:{kind}:{{{tag}}}";

    private static string NameOf(AcceptanceKey owner) => string.Create(CultureInfo.InvariantCulture, $"{owner.Embedder:x32}:{Uri.EscapeDataString(owner.Alias)}");

    private static string NameOf(UInt128 id) => id.ToString("x32", CultureInfo.InvariantCulture);

    private static string MemberOf(VectorId id) => $"{NameOf(id.Partition)}:{NameOf(id.Id)}";

    private static bool TryParse(string? text, out UInt128 id) => UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);

    private static byte[] BytesOf(ReadOnlyMemory<float> vector) => MemoryMarshal.AsBytes(vector.Span).ToArray();

    private static partial class Log
    {
        [LoggerMessage(4234, LogLevel.Error, "This Redis has no vector sets, or they may not be used: no question is found by meaning where 'semantic.index' is 'redis'. Take Redis 8 or later, or 'index: memory'. It says: {Answer}")]
        public static partial void NoVectorSets(ILogger logger, string answer);
    }
}
