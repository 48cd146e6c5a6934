namespace AiGateway.Storage.Redis;

/// <summary>What Redis does on our behalf, each in one piece: nothing else happens in between.</summary>
/// <remarks>
/// All keys of a script carry the same hash tag, an organisation's, and so live on one node of a cluster:
/// <list type="bullet">
/// <item><c>{tag}:epoch</c>: a name that is made anew when Redis has come back empty. Without it nothing is decided.</item>
/// <item><c>{tag}:u:LIMIT:SUBJECT</c>: what one subject used of one limit. For each rate (<c>CODE</c>) of a sliding window its sum <c>:s</c>,
/// latest slot <c>:l</c>, newest slot with use <c>:n</c> and 61 slots; for a calendar's period its sum and its beginning <c>:p</c>.
/// What is held: <c>h1</c> tokens, <c>h2</c> input, <c>h3</c> output, <c>h4</c> money, <c>c</c> requests that run.</item>
/// <item><c>{tag}:holds</c>: what each reservation holds, by its id; <c>x</c> for one that is settled.</item>
/// <item><c>{tag}:expiry</c>: when reservations, and marks of settled ones, are forgotten.</item>
/// <item><c>{tag}:leases:LIMIT:SUBJECT</c>: what each node has leased.</item>
/// <item><c>{tag}:restored</c>: what was counted from which ledger.</item>
/// </list>
/// Times are Redis' own, in microseconds. Amounts are added as text, so that they stay exact beyond 2^53, up to which Lua counts.
/// </remarks>
internal static class LimitScripts
{
    // Windows, as SlidingWindow and CalendarWindow have them.
    private const string Prelude = """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local p = 0
        local function arg() p = p + 1 return ARGV[p] end
        local function number() return tonumber(arg()) end

        local function rate()
          return { code = arg(), measure = number(), amount = number(), slot = number(), start = number(), stop = number() }
        end

        local function used(use, r)
          if r.slot == 0 then
            local period = now >= r.stop and r.stop or r.start
            local v = redis.call('HMGET', use, r.code .. ':p', r.code .. ':s')
            if period > (tonumber(v[1]) or -1) then
              redis.call('HSET', use, r.code .. ':p', period, r.code .. ':s', 0)
              return 0
            end
            return tonumber(v[2]) or 0
          end
          local slot = math.floor(now / r.slot)
          local v = redis.call('HMGET', use, r.code .. ':l', r.code .. ':s')
          local latest = tonumber(v[1])
          if not latest then
            redis.call('HSET', use, r.code .. ':l', slot, r.code .. ':s', 0)
            return 0
          end
          if slot <= latest then return tonumber(v[2]) end
          local names = {}
          for i = 1, math.min(slot - latest, 61) do names[i] = r.code .. ':' .. ((latest + i) % 61) end
          local passed, over = redis.call('HMGET', use, unpack(names)), {}
          for i = 1, #names do
            if passed[i] then
              redis.call('HINCRBY', use, r.code .. ':s', '-' .. passed[i])
              over[#over + 1] = names[i]
            end
          end
          if #over > 0 then redis.call('HDEL', use, unpack(over)) end
          redis.call('HSET', use, r.code .. ':l', slot)
          return tonumber(redis.call('HGET', use, r.code .. ':s'))
        end

        local function add(use, r, amount)
          if amount == '0' then return end
          redis.call('HINCRBY', use, r.code .. ':s', amount)
          if r.slot > 0 then
            local slot = math.floor(now / r.slot)
            redis.call('HINCRBY', use, r.code .. ':' .. (slot % 61), amount)
            redis.call('HSET', use, r.code .. ':n', slot)
          end
        end

        -- Until all that is used now is forgotten.
        local function reset(use, r, sum)
          if sum <= 0 then return 0 end
          if r.slot == 0 then return math.max(0, (now >= r.stop and now or r.stop) - now) end
          local newest = tonumber(redis.call('HGET', use, r.code .. ':n')) or 0
          return math.max(0, (newest + 61) * r.slot - now)
        end

        -- Until so much of what is used now is forgotten.
        local function wait(use, r, sum, over)
          if r.slot == 0 or sum <= 0 then return reset(use, r, sum) end
          local latest, names = math.floor(now / r.slot), {}
          for i = 0, 60 do names[i + 1] = r.code .. ':' .. ((latest - 60 + i) % 61) end
          local slots, freed, last = redis.call('HMGET', use, unpack(names)), 0, latest
          for i = 0, 60 do
            local amount = tonumber(slots[i + 1])
            if amount then
              freed, last = freed + amount, latest - 60 + i
              if freed >= over then break end
            end
          end
          return math.max(0, (last + 61) * r.slot - now)
        end

        local function keep(key, life)
          if redis.call('PTTL', key) < life then redis.call('PEXPIRE', key, life * 2) end
        end

        """;

    private const string Holds = """
        local fields = { 'c', 'h1', 'h2', 'h3', 'h4' }

        local function release(record)
          for _, held in ipairs(cmsgpack.unpack(record)) do
            if redis.call('EXISTS', held[1]) == 1 then
              for i, field in ipairs(fields) do
                if held[i + 1] > 0 and redis.call('HINCRBY', held[1], field, -held[i + 1]) < 0 then redis.call('HSET', held[1], field, 0) end
              end
            end
          end
        end

        -- What a killed node held, and marks that nobody asks for any more.
        local function sweep(holds, expiry)
          local over = redis.call('ZRANGEBYSCORE', expiry, '-inf', now, 'LIMIT', 0, 32)
          for _, id in ipairs(over) do
            local record = redis.call('HGET', holds, id)
            if record and record ~= 'x' then release(record) end
            redis.call('HDEL', holds, id)
          end
          if #over > 0 then redis.call('ZREM', expiry, unpack(over)) end
        end

        """;

    /// <summary>Holds what a request may come to of all its limits, or of none.</summary>
    /// <remarks>
    /// KEYS: epoch, holds, expiry, and one use for each limit. ARGV: id, life of the hold, whether the request is new, whether it is held unasked;
    /// then for each limit: life of the key (ms), whether in shadow, whether the worst case, most at the same time (-1: any), input, output and
    /// money asked for, and its rates. Answers with the epoch, whether it is held, then refusals (limit, rate or 0, wait or -1), closed by 0,
    /// then for each rate what is used or held and the time until none is.
    /// </remarks>
    public static readonly LimitScript Hold = new("hold", Prelude + Holds + """
        local epoch = redis.call('GET', KEYS[1])
        if not epoch then return { 'empty' } end
        local id, life, new, force = arg(), number(), number(), number()
        sweep(KEYS[2], KEYS[3])
        local record = redis.call('HGET', KEYS[2], id)
        if record == 'x' then return { 'settled' } end
        if record and new == 1 then
          release(record)
          record = nil
        end
        local limits, answer, refused = {}, { epoch, 1 }, false
        for k = 4, #KEYS do
          local l = { use = KEYS[k], life = number(), shadow = number(), worst = number(), most = number(), asked = { new, 0, arg(), arg(), arg() }, rates = {}, sums = {} }
          l.asked[2] = tonumber(l.asked[3]) + tonumber(l.asked[4])
          local held = redis.call('HMGET', l.use, unpack(fields))
          l.held = { 0, tonumber(held[2]) or 0, tonumber(held[3]) or 0, tonumber(held[4]) or 0, tonumber(held[5]) or 0 }
          local function refuse(r, time)
            answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = k - 3, r, time
            if l.shadow == 0 then refused = true end
          end
          if new == 1 and l.most >= 0 and (tonumber(held[1]) or 0) >= l.most then refuse(0, 1000000) end
          for i = 1, number() do
            local r = rate()
            local sum, taken, asked = used(l.use, r), l.held[r.measure + 1], tonumber(l.asked[r.measure + 1])
            l.rates[i], l.sums[i] = r, sum
            local over = sum + taken + asked - r.amount
            if asked > 0 and over > 0 and not (asked > r.amount and l.worst == 0 and r.measure > 0 and sum + taken == 0) then
              if asked > r.amount and l.worst == 1 then refuse(i, -1) else refuse(i, wait(l.use, r, sum, over)) end
            end
          end
          limits[#limits + 1] = l
        end
        answer[#answer + 1] = 0
        local goes = force == 1 or not refused
        if goes then
          local all = record and cmsgpack.unpack(record) or {}
          for k, l in ipairs(limits) do
            local add_to = { new, l.asked[2], tonumber(l.asked[3]), tonumber(l.asked[4]), tonumber(l.asked[5]) }
            local held
            for _, known in ipairs(all) do if known[1] == l.use then held = known end end
            if not held then
              held = { l.use, 0, 0, 0, 0, 0 }
              all[#all + 1] = held
            end
            for i, field in ipairs(fields) do
              if add_to[i] > 0 then
                redis.call('HINCRBY', l.use, field, add_to[i])
                held[i + 1] = held[i + 1] + add_to[i]
              end
            end
            keep(l.use, l.life)
          end
          redis.call('HSET', KEYS[2], id, cmsgpack.pack(all))
          redis.call('ZADD', KEYS[3], now + life, id)
        else
          answer[2] = 0
        end
        for _, l in ipairs(limits) do
          for i, r in ipairs(l.rates) do
            if goes and force == 0 and r.measure == 0 and new == 1 then
              add(l.use, r, '1')
              l.sums[i] = l.sums[i] + 1
            end
            answer[#answer + 1] = l.sums[i] + (r.measure > 0 and l.held[r.measure + 1] + (goes and tonumber(l.asked[r.measure + 1]) or 0) or 0)
            answer[#answer + 1] = reset(l.use, r, l.sums[i])
          end
        end
        return answer
        """);

    /// <summary>Ends a reservation: frees what it holds and counts what it used. Once, however often it is told.</summary>
    /// <remarks>
    /// KEYS: epoch, holds, expiry, uses. ARGV: id, life of the mark, the epoch it was held in, input, output and money used; then for each limit
    /// the life of its key and its rates. What was held in another epoch was lost together with everything else, and its money comes from the ledger.
    /// </remarks>
    public static readonly LimitScript Settle = new("settle", Prelude + Holds + """
        local epoch = redis.call('GET', KEYS[1])
        if not epoch then return 'empty' end
        local id, life, held_in = arg(), number(), arg()
        local amounts = { '0', '0', arg(), arg(), arg() }
        amounts[2] = string.format('%.0f', tonumber(amounts[3]) + tonumber(amounts[4]))
        sweep(KEYS[2], KEYS[3])
        local record = redis.call('HGET', KEYS[2], id)
        if record == 'x' then return 'known' end
        if record then release(record) end
        if record or epoch == held_in then
          for k = 4, #KEYS do
            local key_life = number()
            for i = 1, number() do
              local r = rate()
              if r.measure > 0 then
                used(KEYS[k], r)
                add(KEYS[k], r, amounts[r.measure + 1])
              end
            end
            keep(KEYS[k], key_life)
          end
        end
        redis.call('HSET', KEYS[2], id, 'x')
        redis.call('ZADD', KEYS[3], now + life, id)
        return record and 'settled' or 'counted'
        """);

    /// <summary>Says that reservations are still held. KEYS: epoch, holds, expiry. ARGV: life, ids. Answers with those that are not known.</summary>
    public static readonly LimitScript Renew = new("renew", Prelude + """
        if redis.call('EXISTS', KEYS[1]) == 0 then return { 'empty' } end
        local life, unknown = number(), { 'known' }
        for i = 2, #ARGV do
          if redis.call('ZSCORE', KEYS[3], ARGV[i]) then
            redis.call('ZADD', KEYS[3], now + life, ARGV[i])
          else
            unknown[#unknown + 1] = ARGV[i]
          end
        end
        return unknown
        """);

    /// <summary>Counts what a node spent of its lease, and gives it another share of what is free.</summary>
    /// <remarks>
    /// KEYS: epoch, use, leases. ARGV: node, number of the report, life of the lease, life of the keys, number of parts; each part is a rate
    /// (measure -1: requests at the same time, of which nothing is spent) followed by what was spent, what is held, what is wanted beside
    /// that, and what a request waits for. A node is never left with less than it kept of what it had; of the rest it gets at
    /// most its fair half, or what somebody waits for. Answers with the epoch, and for each part what is leased, what is
    /// left for others, what was used, what others have leased, the time until all use is forgotten, and that until what was refused has room.
    /// </remarks>
    public static readonly LimitScript Lease = new("lease", Prelude + """
        local epoch = redis.call('GET', KEYS[1])
        if not epoch then return { 'empty' } end
        local node, report, life, key_life = arg(), number(), number(), number()
        local nodes, others, mine, last = 1, {}, {}, -1
        local all = redis.call('HGETALL', KEYS[3])
        for i = 1, #all, 2 do
          local lease = cmsgpack.unpack(all[i + 1])
          if all[i] == node then
            last = lease.n
            if lease.x > now then mine = lease.a end
          elseif lease.x <= now then
            redis.call('HDEL', KEYS[3], all[i])
          else
            nodes = nodes + 1
            for code, amount in pairs(lease.a) do others[code] = (others[code] or 0) + amount end
          end
        end
        local answer, leased = { epoch, nodes }, {}
        for i = 1, number() do
          local r = rate()
          local text, held, want, need = arg(), number(), number(), number()
          local spent, sum, had = tonumber(text), 0, mine[r.code] or 0
          if r.measure >= 0 then sum = used(KEYS[2], r) end
          if report > last then
            had = math.max(0, had - spent)
            if spent > 0 then
              add(KEYS[2], r, text)
              sum = sum + spent
            end
          end
          local elsewhere = others[r.code] or 0
          local base = math.max(held, math.min(held + want, had))
          local pool = math.max(0, r.amount - sum - elsewhere - base)
          local more = math.min(math.max(0, held + math.max(want, need) - base), math.max(math.floor(pool / (2 * nodes)), math.min(need, pool)))
          leased[r.code] = base + more
          local left = pool - more
          local free_again, soon = 0, 1000000
          if r.measure >= 0 then free_again, soon = reset(KEYS[2], r, sum), wait(KEYS[2], r, sum, math.max(1, need)) end
          for _, figure in ipairs({ base + more, left, sum, elsewhere, free_again, soon }) do answer[#answer + 1] = figure end
        end
        redis.call('HSET', KEYS[3], node, cmsgpack.pack({ x = now + life, n = report, a = leased }))
        keep(KEYS[2], key_life)
        keep(KEYS[3], key_life)
        return answer
        """);

    /// <summary>Counts what a ledger says was spent before Redis began, once for each ledger.</summary>
    /// <remarks>KEYS: restored, use. ARGV: the ledger's name, life of the keys, a rate, then pairs of microseconds ago and amount.</remarks>
    public static readonly LimitScript Restore = new("restore", Prelude + """
        local ledger, life, r = arg(), number(), rate()
        if redis.call('HSETNX', KEYS[1], ledger .. ':' .. r.code .. ':' .. KEYS[2], 1) == 0 then return 0 end
        used(KEYS[2], r)
        for i = p + 1, #ARGV, 2 do
          local ago, amount = tonumber(ARGV[i]), ARGV[i + 1]
          if r.slot == 0 then
            if now - ago >= r.start then redis.call('HINCRBY', KEYS[2], r.code .. ':s', amount) end
          else
            local slot, latest = math.floor((now - ago) / r.slot), math.floor(now / r.slot)
            if slot >= latest - 60 then
              redis.call('HINCRBY', KEYS[2], r.code .. ':s', amount)
              redis.call('HINCRBY', KEYS[2], r.code .. ':' .. (slot % 61), amount)
              if slot > (tonumber(redis.call('HGET', KEYS[2], r.code .. ':n')) or 0) then redis.call('HSET', KEYS[2], r.code .. ':n', slot) end
            end
          end
        end
        keep(KEYS[2], life)
        keep(KEYS[1], life)
        return 1
        """);

    /// <summary>Begins a life of the store, unless it is alive. KEYS: epoch. ARGV: its name.</summary>
    public static readonly LimitScript Begin = new("begin", """
        redis.call('SET', KEYS[1], ARGV[1], 'NX')
        return redis.call('GET', KEYS[1])
        """);
}
