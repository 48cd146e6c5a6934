// Length: the scripts share their beginnings, and are understood by them.
namespace AiGateway.Storage.Redis;

/// <summary>What Redis does on our behalf, each in one piece: nothing else happens in between.</summary>
/// <remarks>
/// All keys of a script carry the same hash tag, an organisation's, and so live on one node of a cluster:
/// <list type="bullet">
/// <item><c>{tag}:epoch</c>: a name that is made anew when Redis has come back empty. Without it nothing is decided, and only what runs already is held.</item>
/// <item><c>{tag}:gathering</c>: since when nodes say that they have told what they know.</item>
/// <item><c>{tag}:u:LIMIT:SUBJECT</c>: what one subject used of one limit. For each rate (<c>CODE</c>) of a sliding window its sum <c>:s</c>,
/// latest slot <c>:l</c>, newest slot with use <c>:n</c> and 61 slots; for a calendar's period its sum and its beginning <c>:p</c>.
/// What is held: <c>h1</c> tokens, <c>h2</c> input, <c>h3</c> output, <c>h4</c> money, <c>c</c> requests that run.</item>
/// <item><c>{tag}:holds</c>: what each reservation holds, by its id; <c>x</c> for one that is settled.</item>
/// <item><c>{tag}:expiry</c>: when reservations, and marks of settled ones, are forgotten.</item>
/// <item><c>{tag}:leases:LIMIT:SUBJECT</c>: what each node has leased.</item>
/// <item><c>{tag}:batch:NAME</c>: for each rate and use what a batch holds of it and since when (<c>AMOUNT@TIME</c>); <c>x</c> once its cost is counted.</item>
/// <item><c>{tag}:restored</c>: what was counted from which ledger.</item>
/// <item><c>{tag}:told</c>: of which limits a ledger has told all that it knew.</item>
/// </list>
/// Arguments come as one list (<see cref="ScriptArguments"/>); ARGV below stands for what is in it.
/// Times are Redis' own, in microseconds. Sums beyond 2^53, up to which Lua counts exactly, are added to by Redis itself.
/// </remarks>
internal static class LimitScripts
{
    /// <summary>Counts what was used at another time than now.</summary>
    private const string Book = """
        local function book(u, r, at, amount)
          if r.slot == 0 then
            if at >= (now >= r.stop and r.stop or r.start) then redis.call('HINCRBY', u.key, r.code .. ':s', amount) end
          else
            local slot = math.floor(at / r.slot)
            if slot >= r.at - 60 then
              redis.call('HINCRBY', u.key, r.code .. ':s', amount)
              redis.call('HINCRBY', u.key, r.code .. ':' .. (slot % 61), amount)
              if slot > r.newest then
                r.newest = slot
                redis.call('HSET', u.key, r.code .. ':n', slot)
              end
            end
          end
        end

        """;

    // Windows, as SlidingWindow and CalendarWindow have them. A use is read at once and written at once: a script's time goes into its calls.
    private const string Prelude = """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local exact = 9007199254740992
        local held_fields = { 'c', 'h1', 'h2', 'h3', 'h4' }
        local args, p = cmsgpack.unpack(ARGV[1]), 0
        local function arg() p = p + 1 return args[p] end

        local function rate()
          p = p + 6
          return { code = args[p - 5], measure = args[p - 4], amount = args[p - 3], slot = args[p - 2], start = args[p - 1], stop = args[p] }
        end

        local function rates()
          local all = {}
          for i = 1, arg() do all[i] = rate() end
          return all
        end

        local function set(u, field, value)
          u.changes[#u.changes + 1], u.changes[#u.changes + 2] = field, value
        end

        -- Forgets what has passed out of the window.
        local function roll(u, r)
          local names = {}
          for i = 1, math.min(r.at - r.latest, 61) do names[i] = r.code .. ':' .. ((r.latest + i) % 61) end
          local passed, over = redis.call('HMGET', u.key, unpack(names)), {}
          for i = 1, #names do
            if passed[i] then
              redis.call('HINCRBY', u.key, r.code .. ':s', '-' .. passed[i])
              over[#over + 1] = names[i]
            end
          end
          if #over > 0 then
            redis.call('HDEL', u.key, unpack(over))
            r.sum = tonumber(redis.call('HGET', u.key, r.code .. ':s'))
          end
          r.here = 0
          set(u, r.code .. ':l', r.at)
        end

        local function open(key, of)
          local names = { 'c', 'h1', 'h2', 'h3', 'h4' }
          for _, r in ipairs(of) do
            names[#names + 1] = r.code .. ':s'
            if r.slot == 0 then
              names[#names + 1] = r.code .. ':p'
            elseif r.slot > 0 then
              r.at = math.floor(now / r.slot)
              r.field = r.code .. ':' .. (r.at % 61)
              names[#names + 1], names[#names + 2], names[#names + 3] = r.code .. ':l', r.code .. ':n', r.field
            end
          end
          local v = redis.call('HMGET', key, unpack(names))
          local u = { key = key, rates = of, held = {}, changes = {} }
          for i = 1, 5 do u.held[i] = tonumber(v[i]) or 0 end
          local i = 6
          for _, r in ipairs(of) do
            r.sum = tonumber(v[i]) or 0
            if r.slot == 0 then
              local period = now >= r.stop and r.stop or r.start
              if period > (tonumber(v[i + 1]) or -1) then
                r.sum = 0
                set(u, r.code .. ':p', period)
                set(u, r.code .. ':s', 0)
              end
              i = i + 2
            else
              r.latest, r.newest, r.here = tonumber(v[i + 1]), tonumber(v[i + 2]) or 0, tonumber(v[i + 3]) or 0
              if not r.latest then
                set(u, r.code .. ':l', r.at)
              elseif r.at > r.latest then
                roll(u, r)
              else
                -- A clock that was set back writes where it was.
                if r.at < r.latest then r.at, r.field, r.here = r.latest, r.code .. ':' .. (r.latest % 61), exact end
              end
              i = i + 4
            end
          end
          return u
        end

        local function put(u, field, value, amount)
          if value + amount < exact then
            set(u, field, string.format('%.0f', value + amount))
          else
            redis.call('HINCRBY', u.key, field, amount)
          end
        end

        local function add(u, r, amount)
          if amount == 0 then return end
          put(u, r.code .. ':s', r.sum, amount)
          if r.slot > 0 then
            put(u, r.field, r.here, amount)
            set(u, r.code .. ':n', r.at)
            r.newest, r.here = r.at, r.here + amount
          end
          r.sum = r.sum + amount
        end

        local function close(u, life)
          if #u.changes > 0 then redis.call('HSET', u.key, unpack(u.changes)) end
          if redis.call('PTTL', u.key) < life then redis.call('PEXPIRE', u.key, life * 2) end
        end

        -- Until all that is used now is forgotten.
        local function reset(r)
          if r.sum <= 0 then return 0 end
          if r.slot == 0 then return math.max(0, r.stop - now) end
          return math.max(0, (r.newest + 61) * r.slot - now)
        end

        -- Until so much of what is used now is forgotten.
        local function wait(u, r, over)
          if r.slot == 0 or r.sum <= 0 then return reset(r) end
          local names = {}
          for i = 0, 60 do names[i + 1] = r.code .. ':' .. ((r.at - 60 + i) % 61) end
          local slots, freed, last = redis.call('HMGET', u.key, unpack(names)), 0, r.at
          for i = 0, 60 do
            local amount = tonumber(slots[i + 1])
            if amount then
              freed, last = freed + amount, r.at - 60 + i
              if freed >= over then break end
            end
          end
          return math.max(0, (last + 61) * r.slot - now)
        end

        """;

    private const string Holds = """
        local function release(all)
          for _, held in ipairs(all) do
            local v = redis.call('HMGET', held[1], unpack(held_fields))
            if v[1] then
              local left = {}
              for i, field in ipairs(held_fields) do
                left[2 * i - 1], left[2 * i] = field, math.max(0, (tonumber(v[i]) or 0) - held[i + 1])
              end
              redis.call('HSET', held[1], unpack(left))
            end
          end
        end

        -- What a killed node held, and marks that nobody asks for any more.
        local function sweep(holds, expiry)
          local over = redis.call('ZRANGEBYSCORE', expiry, '-inf', now, 'LIMIT', 0, 32)
          for _, id in ipairs(over) do
            local record = redis.call('HGET', holds, id)
            if record and record ~= 'x' then release(cmsgpack.unpack(record)) end
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
        local id, life, new, force = arg(), arg(), arg(), arg()
        if not epoch and force == 0 then return { 'empty' } end
        sweep(KEYS[2], KEYS[3])
        local record = redis.call('HGET', KEYS[2], id)
        if record == 'x' then return { 'settled' } end
        if record and new == 1 then
          release(cmsgpack.unpack(record))
          record = nil
        end
        local limits, answer, refused = {}, { epoch or '', 1 }, false
        for k = 4, #KEYS do
          local l = { life = arg(), shadow = arg(), worst = arg(), most = arg() }
          l.asked = { new, 0, arg(), arg(), arg() }
          l.asked[2] = l.asked[3] + l.asked[4]
          local u = open(KEYS[k], rates())
          local function refuse(r, time)
            answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = k - 3, r, time
            if l.shadow == 0 then refused = true end
          end
          if new == 1 and l.most >= 0 and u.held[1] >= l.most then refuse(0, 1000000) end
          for i, r in ipairs(u.rates) do
            local asked, taken = l.asked[r.measure + 1], r.measure > 0 and u.held[r.measure + 1] or 0
            local over = r.sum + taken + asked - r.amount
            if asked > 0 and over > 0 and not (asked > r.amount and l.worst == 0 and r.measure > 0 and r.sum + taken == 0) then
              if asked > r.amount and l.worst == 1 then refuse(i, -1) else refuse(i, wait(u, r, over)) end
            end
          end
          l.use = u
          limits[#limits + 1] = l
        end
        answer[#answer + 1] = 0
        local goes = force == 1 or not refused
        if goes then
          local all = record and cmsgpack.unpack(record) or {}
          for _, l in ipairs(limits) do
            local held
            for _, known in ipairs(all) do if known[1] == l.use.key then held = known end end
            if not held then
              held = { l.use.key, 0, 0, 0, 0, 0 }
              all[#all + 1] = held
            end
            -- The first stands for the request itself: among those that run.
            for i, field in ipairs(held_fields) do
              local value = l.use.held[i] + l.asked[i]
              l.use.held[i], held[i + 1] = value, held[i + 1] + l.asked[i]
              set(l.use, field, value)
            end
            for _, r in ipairs(l.use.rates) do
              if r.measure == 0 and force == 0 then add(l.use, r, new) end
            end
            close(l.use, l.life)
          end
          redis.call('HSET', KEYS[2], id, cmsgpack.pack(all))
          redis.call('ZADD', KEYS[3], now + life, id)
        else
          answer[2] = 0
          for _, l in ipairs(limits) do close(l.use, l.life) end
        end
        for _, l in ipairs(limits) do
          for _, r in ipairs(l.use.rates) do
            answer[#answer + 1] = r.sum + (r.measure > 0 and l.use.held[r.measure + 1] or 0)
            answer[#answer + 1] = reset(r)
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
        local id, life, held_in = arg(), arg(), arg()
        local amounts = { 0, 0, arg(), arg(), arg() }
        amounts[2] = amounts[3] + amounts[4]
        sweep(KEYS[2], KEYS[3])
        local record = redis.call('HGET', KEYS[2], id)
        if record == 'x' then return 'known' end
        if record or epoch == held_in then
          -- What is held here is let go together with what is counted: a use is read once and written once.
          local held, rest = {}, {}
          if record then
            for _, one in ipairs(cmsgpack.unpack(record)) do held[one[1]] = one end
          end
          for k = 4, #KEYS do
            local key_life = arg()
            local u = open(KEYS[k], rates())
            local mine = held[KEYS[k]]
            if mine then
              for i, field in ipairs(held_fields) do
                if mine[i + 1] ~= 0 then set(u, field, math.max(0, u.held[i] - mine[i + 1])) end
              end
              held[KEYS[k]] = nil
            end
            for _, r in ipairs(u.rates) do
              if r.measure > 0 then add(u, r, amounts[r.measure + 1]) end
            end
            close(u, key_life)
          end
          for _, one in pairs(held) do rest[#rest + 1] = one end
          if #rest > 0 then release(rest) end
        end
        redis.call('HSET', KEYS[2], id, 'x')
        redis.call('ZADD', KEYS[3], now + life, id)
        return record and 'settled' or 'counted'
        """);

    /// <summary>Says that reservations are still held. KEYS: epoch, holds, expiry. ARGV: life, ids. Answers with those that are not known.</summary>
    public static readonly LimitScript Renew = new("renew", Prelude + """
        if redis.call('EXISTS', KEYS[1]) == 0 then return { 'empty' } end
        local life, unknown = arg(), { 'known' }
        for i = 2, #args do
          if redis.call('ZSCORE', KEYS[3], args[i]) then
            redis.call('ZADD', KEYS[3], now + life, args[i])
          else
            unknown[#unknown + 1] = args[i]
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
        local node, report, life, key_life = arg(), arg(), arg(), arg()
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
        local answer, leased, parts, asks = { epoch, nodes }, {}, {}, {}
        for i = 1, arg() do
          parts[i] = rate()
          asks[i] = { spent = arg(), held = arg(), want = arg(), need = arg() }
        end
        local u = open(KEYS[2], parts)
        for i, r in ipairs(parts) do
          local ask, had = asks[i], mine[r.code] or 0
          if report > last then
            had = math.max(0, had - ask.spent)
            if r.measure >= 0 then add(u, r, ask.spent) end
          end
          local elsewhere = others[r.code] or 0
          local base = math.max(ask.held, math.min(ask.held + ask.want, had))
          local pool = math.max(0, r.amount - r.sum - elsewhere - base)
          local more = math.min(math.max(0, ask.held + math.max(ask.want, ask.need) - base), math.max(math.floor(pool / (2 * nodes)), math.min(ask.need, pool)))
          leased[r.code] = base + more
          local free_again, soon = 0, 1000000
          if r.measure >= 0 then free_again, soon = reset(r), wait(u, r, math.max(1, ask.need)) end
          for _, figure in ipairs({ base + more, pool - more, r.sum, elsewhere, free_again, soon }) do answer[#answer + 1] = figure end
        end
        redis.call('HSET', KEYS[3], node, cmsgpack.pack({ x = now + life, n = report, a = leased }))
        close(u, key_life)
        if redis.call('PTTL', KEYS[3]) < key_life then redis.call('PEXPIRE', KEYS[3], key_life * 2) end
        return answer
        """);

    /// <summary>Counts what a ledger says was spent before Redis began, once for each ledger.</summary>
    /// <remarks>KEYS: restored, use, told. ARGV: the ledger's name, the limit's field in told, life of the keys, a rate, then pairs of microseconds ago and amount.</remarks>
    public static readonly LimitScript Restore = new("restore", Prelude + Book + """
        local ledger, told, life, r = arg(), arg(), arg(), rate()
        if redis.call('HEXISTS', KEYS[3], told) == 1 then return 0 end
        if redis.call('HSETNX', KEYS[1], ledger .. ':' .. r.code .. ':' .. KEYS[2], 1) == 0 then return 0 end
        local u = open(KEYS[2], { r })
        close(u, life)
        for i = p + 1, #args, 2 do
          book(u, r, now - args[i], args[i + 1])
        end
        if redis.call('PTTL', KEYS[1]) < life then redis.call('PEXPIRE', KEYS[1], life * 2) end
        return 1
        """);

    /// <summary>Says of limits that a ledger has told all that it knew. KEYS: epoch, told. ARGV: their fields.</summary>
    public static readonly LimitScript Told = new("told", """
        if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
        for _, field in ipairs(cmsgpack.unpack(ARGV[1])) do redis.call('HSET', KEYS[2], field, 1) end
        return 1
        """);

    /// <summary>Counts what a batch holds, or in its place what it cost: each once, in either order.</summary>
    /// <remarks>
    /// KEYS: epoch, the batch, use. ARGV: life of the keys, microseconds since it was made, amount, what it is (0 hold, 1 hold that is counted
    /// already, 2 cost), the epoch in which a cost became known, a rate. What became known in another epoch comes from the ledger.
    /// </remarks>
    public static readonly LimitScript Batch = new("batch", Prelude + Book + """
        local epoch = redis.call('GET', KEYS[1])
        local life, ago, amount, kind, known_in, r = arg(), arg(), arg(), arg(), arg(), rate()
        local field = r.code .. ':' .. KEYS[3]
        local known = redis.call('HGET', KEYS[2], field)
        if known == 'x' or (known and kind < 2) then return 'known' end
        local u = open(KEYS[3], { r })
        close(u, life)
        if kind < 2 then
          if kind == 0 then book(u, r, now - ago, amount) end
          redis.call('HSET', KEYS[2], field, string.format('%.0f@%.0f', amount, now - ago))
        else
          if known then
            local held, at = string.match(known, '(%d+)@(%d+)')
            book(u, r, tonumber(at), -tonumber(held))
          end
          if known_in == '' or known_in == epoch then book(u, r, now, amount) end
          redis.call('HSET', KEYS[2], field, 'x')
        end
        if redis.call('PTTL', KEYS[2]) < life then redis.call('PEXPIRE', KEYS[2], life * 2) end
        return 'counted'
        """);

    /// <summary>Begins a life of the store, unless it is alive, and not before the time to gather is over.</summary>
    /// <remarks>KEYS: epoch, gathering. ARGV: its name, milliseconds to gather. Answers with 1 where it is alive.</remarks>
    public static readonly LimitScript Begin = new("begin", """
        if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
        local t, gather = redis.call('TIME'), tonumber(ARGV[2])
        if gather > 0 then
          local now = t[1] * 1000 + math.floor(t[2] / 1000)
          local began = tonumber(redis.call('GET', KEYS[2]) or now)
          redis.call('SET', KEYS[2], string.format('%.0f', began), 'PX', gather + 60000)
          if now - began < gather then return 0 end
        end
        redis.call('SET', KEYS[1], ARGV[1])
        redis.call('DEL', KEYS[2])
        return 1
        """);
}
