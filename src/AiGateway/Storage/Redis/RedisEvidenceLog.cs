using System.Text;
using AiGateway.Admission.Sharing;
using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Pipeline;
using StackExchange.Redis;

namespace AiGateway.Storage.Redis;

/// <summary>Logs of what nodes learn of semantic hits, as streams in Redis. Plain numbers, sealed all the same: who can write to Redis must not decide what is served.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>semantic:l:{LOG}</c>: a stream; each entry is a piece, in the field <c>d</c>. Some thousand are kept.</item>
/// <item><c>semantic:n:{LOG}:WRITER</c>: the number of the writer's last piece, so that none stands there twice.</item>
/// <item><c>semantic:t:{LOG}</c>: a state, in <c>s</c>, and up to which entry it goes, in <c>p</c>.</item>
/// </list>
/// </remarks>
/// <param name="connection">The connection.</param>
/// <param name="prefix">What every key begins with.</param>
/// <param name="seal">Seals pieces and states; its own from now on.</param>
internal sealed class RedisEvidenceLog(RedisConnection connection, string prefix, SealedContent seal) : IEvidenceLog, IDisposable
{
    // More than a minute of what a hundred nodes write: newcomers begin at a state that is a minute old.
    private const int MostKept = 6_000;

    private const string Beginning = "0-0";

    // Longer than anybody tries to write a piece.
    private static readonly long WriterMilliseconds = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    // An alias that nobody asked for so long begins anew.
    private static readonly long LogMilliseconds = (long)TimeSpan.FromDays(90).TotalMilliseconds;

    private static readonly LimitScript Append = new("evidence_append", """
        local last = redis.call('GET', KEYS[2])
        if last and tonumber(last) >= tonumber(ARGV[1]) then return 0 end
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'd', ARGV[3])
        redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[4])
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        return 1
        """);

    private static readonly LimitScript Offer = new("evidence_offer", """
        local kept = redis.call('HGET', KEYS[1], 'p')
        if kept then
          if ARGV[3] == '0' then return 0 end
          local a, b = string.match(kept, '^(%d+)%-(%d+)$')
          local c, d = string.match(ARGV[1], '^(%d+)%-(%d+)$')
          if a and (tonumber(a) > tonumber(c) or (a == c and tonumber(b) > tonumber(d))) then return 0 end
        end
        redis.call('HSET', KEYS[1], 'p', ARGV[1], 's', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        return 1
        """);

    /// <inheritdoc/>
    public int MostPieces => 100;

    /// <inheritdoc/>
    public async ValueTask<bool> AppendAsync(string name, string writer, long number, byte[] piece)
    {
        try
        {
            await connection.RunAsync(Append, [LogOf(name), KeyOf("n", name) + ":" + writer], [number, MostKept, seal.Seal(piece, BoundTo("piece", name)), WriterMilliseconds, LogMilliseconds]);
            return true;
        }
        catch (Exception e) when (IsFailure(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<EvidencePiece>?> ReadAsync(string name, string after)
    {
        try
        {
            var entries = (RedisResult[])(await connection.RunAsync("xrange", LogOf(name), "(" + after, "+", "COUNT", MostPieces))!;
            var pieces = new EvidencePiece[entries.Length];
            for (var i = 0; i < pieces.Length; i++)
            {
                var entry = (RedisResult[])entries[i]!;
                var fields = (RedisResult[])entry[1]!;
                pieces[i] = new EvidencePiece((string)entry[0]!, fields.Length == 2 ? Open((byte[]?)fields[1], BoundTo("piece", name)) : null);
            }
            return pieces;
        }
        catch (Exception e) when (IsFailure(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<string?> LastAsync(string name)
    {
        try
        {
            var entries = (RedisResult[])(await connection.RunAsync("xrevrange", LogOf(name), "+", "-", "COUNT", 1))!;
            return entries.Length == 0 ? Beginning : (string)((RedisResult[])entries[0]!)[0]!;
        }
        catch (Exception e) when (IsFailure(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<EvidencePiece?> ReadStateAsync(string name)
    {
        try
        {
            var fields = (RedisResult[])(await connection.RunAsync("hmget", KeyOf("t", name), "p", "s"))!;
            return (string?)fields[0] is { } position ? new EvidencePiece(position, Open((byte[]?)fields[1], BoundTo("state\n" + position, name))) : default(EvidencePiece);
        }
        catch (Exception e) when (IsFailure(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool?> OfferStateAsync(string name, string position, byte[] state, bool replaces)
    {
        try
        {
            var box = seal.Seal(state, BoundTo("state\n" + position, name));
            return (long)await connection.RunAsync(Offer, [KeyOf("t", name)], [position, box, replaces ? 1 : 0, LogMilliseconds]) == 1;
        }
        catch (Exception e) when (IsFailure(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => seal.Dispose();

    private byte[]? Open(byte[]? box, byte[] bound)
    {
        try
        {
            return box is null ? null : seal.Open(box, bound);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private static bool IsFailure(Exception e) => e is LimitStoreException or InvalidCastException or IndexOutOfRangeException;

    private RedisKey LogOf(string name) => KeyOf("l", name);

    private string KeyOf(string kind, string name) => $"{prefix}semantic:{kind}:{{{Uri.EscapeDataString(name)}}}";

    private static byte[] BoundTo(string what, string name) => Encoding.UTF8.GetBytes($"evidence {what}\n{name}");
}
