using System.Globalization;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using StackExchange.Redis;

namespace AiGateway.Storage.Redis;

/// <summary>Counts in Redis, by <see cref="LimitScripts"/>.</summary>
/// <param name="connection">The connection.</param>
/// <param name="prefix">What every key begins with.</param>
/// <param name="node">This process's name among the nodes.</param>
/// <param name="holdLife">How long a reservation is held that nobody renews.</param>
/// <param name="clock">For the periods of the calendar; Redis' own time decides which of two is meant.</param>
internal sealed class RedisLimitStore(RedisConnection connection, string prefix, string node, TimeSpan holdLife, TimeProvider clock) : ILimitStore
{
    // As long as anybody may tell again what was told.
    private const long MarkMicroseconds = 60_000_000;
    private const string Empty = "empty";

    // Lua counts in doubles: above 2^53 a sum is known to 128 only. Four of them are added, and a limit must not be passed by any.
    private const long ExactInLua = 1L << 53;
    private const long Inexactness = 1_024;

    private static readonly TimeSpan ShortestLife = TimeSpan.FromDays(1);

    private readonly long _holdMicroseconds = Microseconds(holdLife);

    /// <inheritdoc/>
    public event EventHandler? CameBack
    {
        add => connection.CameBack += value;
        remove => connection.CameBack -= value;
    }

    /// <inheritdoc/>
    public async Task<StoreDecision> HoldAsync(SharedHold hold, ReadOnlyMemory<Claim> claims, bool newRequest, bool unasked)
    {
        var values = new ScriptArguments();
        values.Add(hold.Id);
        values.Add(_holdMicroseconds);
        values.Add(newRequest ? 1 : 0);
        values.Add(unasked ? 1 : 0);
        AddClaims(values, claims.Span);
        var result = await RunAsync(LimitScripts.Hold, hold.Tag, HoldKeys(hold.Tag, claims.Span), values);
        return Decision((RedisResult[])result!, claims.Span);
    }

    /// <inheritdoc/>
    public async Task SettleAsync(SharedHold hold, Demand used)
    {
        var values = new ScriptArguments();
        values.Add(hold.Id);
        values.Add(MarkMicroseconds);
        values.Add(hold.Epoch ?? "");
        values.Add(used.Input);
        values.Add(used.Output);
        values.Add(used.NanoUsd);
        foreach (var claim in hold.Claims)
        {
            values.Add(LifeOf(claim.Limit));
            AddRates(values, claim.Limit);
        }
        if ((string?)await connection.RunAsync(LimitScripts.Settle, HoldKeys(hold.Tag, hold.Claims), [values.ToArray()]) == Empty)
        {
            throw IsEmpty(hold.Tag);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SharedHold>> RenewAsync(string tag, IReadOnlyList<SharedHold> holds)
    {
        var values = new ScriptArguments();
        values.Add(_holdMicroseconds);
        foreach (var hold in holds)
        {
            values.Add(hold.Id);
        }
        var unknown = (string[])(await RunAsync(LimitScripts.Renew, tag, HoldKeys(tag, []), values))!;
        return unknown.Length == 1 ? [] : [.. holds.Where(hold => Array.IndexOf(unknown, hold.Id, 1) > 0)];
    }

    /// <inheritdoc/>
    public async Task<LeaseAnswer> LeaseAsync(LeaseReport report)
    {
        var values = new ScriptArguments();
        values.Add(node);
        values.Add(report.Number);
        values.Add(Microseconds(LeaseReport.Life));
        values.Add(LifeOf(report.Claim.Limit));
        values.Add(report.Parts.Length);
        foreach (var part in report.Parts)
        {
            AddRate(values, part.Rate, report.Claim.Limit);
            values.Add(part.Spent);
            values.Add(part.Held);
            values.Add(part.Want);
            values.Add(part.Need);
        }
        RedisKey[] keys = [Key(report.Tag, "epoch"), UseKey(report.Tag, report.Claim), Key(report.Tag, $"leases:{report.Claim.Limit.StoreName}:{report.Claim.Value}")];
        var answer = (RedisResult[])(await RunAsync(LimitScripts.Lease, report.Tag, keys, values))!;
        var parts = new LeasedPart[report.Parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var at = 2 + (i * 6);
            parts[i] = new LeasedPart((long)answer[at], (long)answer[at + 1], (long)answer[at + 3], Time(answer[at + 4]), Time(answer[at + 5]));
        }
        return new LeaseAnswer((string)answer[0]!, (int)answer[1], parts);
    }

    /// <inheritdoc/>
    public async Task RestoreAsync(string ledger, Claim claim, LimitRate rate, IReadOnlyList<(TimeSpan Ago, long NanoUsd)> spent)
    {
        var values = new ScriptArguments();
        values.Add(ledger);
        values.Add(ToldField(ledger, claim.Limit, rate));
        values.Add(LifeOf(claim.Limit));
        AddRate(values, rate, claim.Limit);
        foreach (var (ago, nanoUsd) in spent)
        {
            values.Add(Microseconds(ago));
            values.Add(nanoUsd);
        }
        var tag = SharedHold.TagOf(claim.Limit, claim.Organisation);
        await connection.RunAsync(LimitScripts.Restore, [Key(tag, "restored"), UseKey(tag, claim), Key(tag, "told")], [values.ToArray()]);
    }

    /// <inheritdoc/>
    public async Task ToldAsync(string ledger, string tag, IReadOnlyList<(LimitModel Limit, LimitRate Rate)> rates)
    {
        var values = new ScriptArguments();
        foreach (var (limit, rate) in rates)
        {
            values.Add(ToldField(ledger, limit, rate));
        }
        await connection.RunAsync(LimitScripts.Told, [Key(tag, "epoch"), Key(tag, "told")], [values.ToArray()]);
    }

    /// <inheritdoc/>
    public async Task BookAsync(BatchBooking booking)
    {
        var claim = booking.Claim;
        var tag = SharedHold.TagOf(claim.Limit, claim.Organisation);
        RedisKey[] keys = [Key(tag, "epoch"), Key(tag, $"batch:{booking.Batch}"), UseKey(tag, claim)];
        foreach (var rate in claim.Limit.Rates)
        {
            if (rate.Measure != LimitMeasure.Spend)
            {
                continue;
            }
            var values = new ScriptArguments();
            values.Add(LifeOf(claim.Limit));
            values.Add(Math.Max(0, Microseconds(clock.GetUtcNow() - booking.At)));
            values.Add(booking.NanoUsd);
            values.Add((int)booking.Kind);
            values.Add(booking.Epoch ?? "");
            AddRate(values, rate, claim.Limit);
            await connection.RunAsync(LimitScripts.Batch, keys, [values.ToArray()]);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> BeginAsync(string tag, TimeSpan gather)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{node}.{clock.GetTimestamp()}");
        return (int)await connection.RunAsync(LimitScripts.Begin, [Key(tag, "epoch"), Key(tag, "gathering")], [name, (long)gather.TotalMilliseconds]) == 1;
    }

    private async Task<RedisResult> RunAsync(LimitScript script, string tag, RedisKey[] keys, ScriptArguments values)
    {
        var result = await connection.RunAsync(script, keys, [values.ToArray()]);
        return (string?)((RedisResult[])result!)[0] == Empty ? throw IsEmpty(tag) : result;
    }

    private static LimitStoreException IsEmpty(string tag) => new("Redis came back without what it knew.", LimitStoreFault.Empty) { Tag = tag };

    private static StoreDecision Decision(RedisResult[] answer, ReadOnlySpan<Claim> claims)
    {
        if (answer.Length == 1)
        {
            throw new LimitStoreException("The reservation is settled already.", LimitStoreFault.Unavailable);
        }
        var refusals = new List<LimitRefusal>();
        var at = 2;
        for (; (int)answer[at] is > 0 and var number; at += 3)
        {
            var limit = claims[number - 1].Limit;
            var (index, wait) = ((int)answer[at + 1], (long)answer[at + 2]);
            var rate = index > 0 ? limit.Rates[index - 1] : null;
            refusals.Add(new LimitRefusal(limit, rate, rate?.Amount ?? limit.Concurrent!.Value, wait < 0 ? null : SubjectUse.AtLeastShort(TimeSpan.FromMicroseconds(wait))) { IsHeld = true });
        }
        at++;
        var figures = new RateFigures[claims.Length][];
        for (var i = 0; i < figures.Length; i++)
        {
            figures[i] = new RateFigures[claims[i].Limit.Rates.Length];
            for (var j = 0; j < figures[i].Length; j++, at += 2)
            {
                figures[i][j] = new RateFigures((long)answer[at], Time(answer[at + 1]));
            }
        }
        return new StoreDecision((string)answer[0]!, (int)answer[1] == 1, refusals, figures);
    }

    private void AddClaims(ScriptArguments values, ReadOnlySpan<Claim> claims)
    {
        foreach (ref readonly var claim in claims)
        {
            values.Add(LifeOf(claim.Limit));
            values.Add(claim.Limit.Shadow ? 1 : 0);
            values.Add(claim.Limit.WorstCase ? 1 : 0);
            values.Add(claim.Limit.Concurrent ?? -1);
            values.Add(claim.Demand.Input);
            values.Add(claim.Demand.Output);
            values.Add(claim.Demand.NanoUsd);
            AddRates(values, claim.Limit);
        }
    }

    private void AddRates(ScriptArguments values, LimitModel limit)
    {
        values.Add(limit.Rates.Length);
        foreach (var rate in limit.Rates)
        {
            AddRate(values, rate, limit);
        }
    }

    private void AddRate(ScriptArguments values, LimitRate? rate, LimitModel limit)
    {
        if (rate is null)
        {
            values.Add("concurrent");
            values.Add(-1);
            values.Add(limit.Concurrent!.Value);
            values.Add(0);
            values.Add(0);
            values.Add(0);
            return;
        }
        values.Add(rate.Code);
        values.Add((int)rate.Measure);
        values.Add(rate.Amount < ExactInLua ? rate.Amount : rate.Amount - Inexactness);
        if (rate.Calendar is { } calendar)
        {
            var (start, end) = calendar.Around(clock.GetUtcNow());
            values.Add(0);
            values.Add(Microseconds(start - DateTimeOffset.UnixEpoch));
            values.Add(Microseconds(end - DateTimeOffset.UnixEpoch));
        }
        else
        {
            // A slot is never shorter than a sixtieth of the window, so that sixty are never less than it.
            values.Add((Microseconds(rate.Window) + SlidingWindow.Slots - 1) / SlidingWindow.Slots);
            values.Add(0);
            values.Add(0);
        }
    }

    private RedisKey[] HoldKeys(string tag, ReadOnlySpan<Claim> claims)
    {
        var keys = new RedisKey[3 + claims.Length];
        (keys[0], keys[1], keys[2]) = (Key(tag, "epoch"), Key(tag, "holds"), Key(tag, "expiry"));
        for (var i = 0; i < claims.Length; i++)
        {
            keys[3 + i] = UseKey(tag, claims[i]);
        }
        return keys;
    }

    private static string ToldField(string ledger, LimitModel limit, LimitRate rate) => $"{ledger}:{rate.Code}:{limit.StoreName}";

    private RedisKey UseKey(string tag, in Claim claim) => Key(tag, $"u:{claim.Limit.StoreName}:{claim.Value}");

    // A brace in an organisation's name would end the part by which a cluster decides where the key lives.
    private RedisKey Key(string tag, string name) =>
        tag.AsSpan().IndexOfAny('{', '}') < 0 ? $"{prefix}{{{tag}}}:{name}" : $"{prefix}{{{Uri.EscapeDataString(tag)}}}:{name}";

    // In milliseconds. What is held of a short window must be there for as long as the longest request.
    private static long LifeOf(LimitModel limit)
    {
        var life = ShortestLife;
        foreach (var rate in limit.Rates)
        {
            var needed = rate.Calendar is null ? rate.Window : rate.Window * 1.1;
            life = needed > life ? needed : life;
        }
        return (long)life.TotalMilliseconds;
    }

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private static TimeSpan Time(RedisResult microseconds) => TimeSpan.FromTicks((long)microseconds * TimeSpan.TicksPerMicrosecond);
}
