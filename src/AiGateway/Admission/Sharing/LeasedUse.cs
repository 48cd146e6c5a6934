using AiGateway.Configuration;

namespace AiGateway.Admission.Sharing;

/// <summary>A node's share of one subject's limit: what it may hold and spend without asking. Guarded by the limiter's lock.</summary>
/// <remarks>
/// What is granted was taken out of what is free, so that all nodes together never have more than the limit. The price is that a
/// node may refuse what lies unused with another; that is why a share is about what two seconds take, shrinks as the limit fills,
/// is given back after a second without use, and is lost after <see cref="LeaseReport.Life"/> without a report.
/// </remarks>
internal sealed class LeasedUse
{
    private static readonly long Idle = TimeSpan.FromSeconds(1).Ticks;
    private static readonly long ShortestBetween = TimeSpan.FromMilliseconds(10).Ticks;
    private static readonly long Dry = TimeSpan.FromMilliseconds(50).Ticks;

    // Two clocks that run apart by a tenth would be broken.
    private static readonly long Life = LeaseReport.Life.Ticks * 9 / 10;

    private readonly SubjectUse _use;
    private Part[] _parts = [];
    private long _validUntil = long.MinValue;
    private long _reportedAt = long.MinValue / 2;
    private long _usedAt = long.MinValue / 2;
    private long _number = 1;
    private int _nodes = 1;
    private bool _isUnanswered;
    private bool _isMarked;

    /// <summary>A lease of nothing yet.</summary>
    public LeasedUse(SubjectUse use, Claim claim)
    {
        _use = use;
        Claim = claim;
        Tag = SharedHold.TagOf(claim.Limit, claim.Organisation);
        Follow(claim.Limit);
    }

    /// <summary>The limit and its subject.</summary>
    public Claim Claim { get; private set; }

    /// <summary>Where its keys belong.</summary>
    public string Tag { get; }

    /// <summary>How many reports were answered.</summary>
    public int Answers { get; private set; }

    /// <summary>The report that is under way; the keeper's own.</summary>
    public Task? Report { get; set; }

    /// <summary>Whether it has nothing, owes no report, and may be forgotten.</summary>
    public bool IsReturned => !_isUnanswered && !_isMarked && Array.TrueForAll(_parts, static part => part is { Granted: <= 0, Spent: 0 });

    /// <summary>Takes a limit's figures; what is leased of rates that stay is kept.</summary>
    public void Follow(LimitModel limit)
    {
        var parts = new Part[limit.Rates.Length + (limit.Concurrent is null ? 0 : 1)];
        for (var i = 0; i < parts.Length; i++)
        {
            var rate = i < limit.Rates.Length ? limit.Rates[i] : null;
            parts[i] = new Part(rate);
            if (Array.Find(_parts, old => old.Rate?.Code == rate?.Code) is { } known)
            {
                parts[i].Take(known);
            }
        }
        (_parts, Claim) = (parts, Claim with { Limit = limit });
    }

    /// <summary>Whether it is this node's still.</summary>
    public bool IsValid(Moment now) => now.Ticks < _validUntil;

    /// <summary>What may be held; what is held already is part of it.</summary>
    /// <param name="index">Which part.</param>
    /// <param name="now">The time.</param>
    public long Room(int index, Moment now) => IsValid(now) ? _parts[index].Room : 0;

    /// <summary>Says what a request waits for.</summary>
    /// <returns>Whether asking for it may help: nobody has been told just now that nothing is left.</returns>
    public bool Require(int index, long asked, Moment now)
    {
        var part = _parts[index];
        if (IsValid(now) && now.Ticks < part.DryUntil)
        {
            return false;
        }
        part.Need = Math.Min(part.Need + asked, Math.Max(asked, part.Rate?.Amount ?? long.MaxValue));
        _usedAt = now.Ticks;
        return true;
    }

    /// <summary>The time until there may be room, as last heard.</summary>
    public TimeSpan? WaitOf(int index) => _parts[index].Wait;

    /// <summary>Spends.</summary>
    public void Spend(int index, long amount) => _parts[index].Spent += amount;

    /// <summary>How a rate stands over all nodes, as last heard.</summary>
    public RateFigures Figures(int index, long amount, long held, Moment now)
    {
        var part = _parts[index];
        var used = amount - part.Left - Math.Max(0, Room(index, now) - held);
        // What was used since the last answer is forgotten after the window's whole length.
        return new RateFigures(used, part.Reset > TimeSpan.Zero || used == 0 ? part.Reset : part.Rate!.Window);
    }

    /// <summary>What all nodes have leased of a part and this one does not use: what a request may be refused for while it lies somewhere.</summary>
    public IEnumerable<(LimitRate? Rate, long Amount)> Unused(Moment now)
    {
        for (var i = 0; i < _parts.Length; i++)
        {
            yield return (_parts[i].Rate, _parts[i].Elsewhere + Math.Max(0, Room(i, now) - Held(_parts[i])));
        }
    }

    /// <summary>It was used.</summary>
    /// <returns>Whether somebody should look at it: it is new, or runs low.</returns>
    public bool Touch(Moment now)
    {
        _usedAt = now.Ticks;
        if (_isMarked || (now.Ticks - _reportedAt < Idle && (now.Ticks - _reportedAt < ShortestBetween || !IsLow(now))))
        {
            return false;
        }
        return _isMarked = true;
    }

    /// <summary>Whether a report is due without anybody having asked for it.</summary>
    public bool IsDue(Moment now) => _isUnanswered || Array.Exists(_parts, static part => part.Spent != 0)
        || now.Ticks - _reportedAt > 2 * Idle || (now.Ticks - _usedAt > Idle && Array.Exists(_parts, part => part.Room > Held(part)));

    /// <summary>What is to be told. From now on no more is spent than is said to be kept.</summary>
    public LeaseReport BeginReport(Moment now, bool isOver)
    {
        _isMarked = false;
        var since = now.Ticks - _reportedAt;
        var isIdle = isOver || now.Ticks - _usedAt > Idle;
        if (!_isUnanswered)
        {
            _number++;
        }
        var told = new LeasePart[_parts.Length];
        for (var i = 0; i < told.Length; i++)
        {
            var part = _parts[i];
            // What was told before and never answered is told again, alone: under its number it counts once.
            if (!_isUnanswered)
            {
                part.Recent = Math.Max(Math.Max(part.Need, part.Recent / 2), since is > 0 and < TimeSpan.TicksPerMinute ? (long)((Int128)part.Spent * TimeSpan.TicksPerSecond / since) : part.Spent);
                (part.Told, part.Spent) = (part.Spent, 0);
            }
            var held = Held(part) + Math.Max(0, part.Spent);
            var want = isIdle ? 0 : Math.Max(part.Need, Math.Min(part.Recent * 2, Fair(part, held)));
            told[i] = new LeasePart(part.Rate, Math.Max(0, part.Told), held, want, isIdle ? 0 : part.Need);
            part.Granted = Math.Min(IsValid(now) ? part.Granted : 0, part.Told + part.Spent + Held(part) + want);
            part.Need = 0;
        }
        _isUnanswered = true;
        _reportedAt = now.Ticks;
        return new LeaseReport(Claim, Tag, _number, told);
    }

    /// <summary>Takes what was given.</summary>
    public void EndReport(LeaseReport report, LeaseAnswer? answer, Moment now, TimeSpan took)
    {
        _isUnanswered = false;
        if (answer is null)
        {
            // Whatever was spent there comes back from the ledger, if at all.
            _validUntil = long.MinValue;
            foreach (var part in _parts)
            {
                (part.Granted, part.Told, part.Spent) = (0, 0, 0);
            }
            return;
        }
        Answers++;
        _nodes = answer.Nodes;
        _validUntil = now.Ticks - took.Ticks + Life;
        for (var i = 0; i < answer.Parts.Length; i++)
        {
            var code = report.Parts[i].Rate?.Code;
            if (Array.Find(_parts, part => part.Rate?.Code == code) is { } part)
            {
                var given = answer.Parts[i];
                // Refunds of requests that never were go the same way, once they are no longer less than nothing.
                part.Spent += Math.Min(0, part.Told);
                (part.Granted, part.Told, part.Left, part.Elsewhere, part.Reset, part.Wait) = (given.Granted, 0, given.Left, given.Elsewhere, given.Reset, given.Wait);
                part.DryUntil = given.Left == 0 ? now.Ticks + Dry : 0;
            }
        }
    }

    private long Held(Part part) => part.Rate is { } rate ? _use.HeldOf(rate.Measure) : _use.Concurrent;

    private long Fair(Part part, long held) => (part.Left + Math.Max(0, part.Granted - part.Told - held)) / (2 * _nodes);

    private bool IsLow(Moment now)
    {
        foreach (var part in _parts)
        {
            if (now.Ticks >= part.DryUntil && part.Room - Held(part) < part.Recent / 2)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>One rate's share; or, without a rate, that of requests at the same time.</summary>
    private sealed class Part(LimitRate? rate)
    {
        public LimitRate? Rate => rate;

        /// <summary>What may be held or spent, what is told included.</summary>
        public long Granted { get; set; }

        /// <summary>What was spent, and told in a report that is not answered yet.</summary>
        public long Told { get; set; }

        /// <summary>What was spent and not told yet.</summary>
        public long Spent { get; set; }

        /// <summary>What requests wait for.</summary>
        public long Need { get; set; }

        /// <summary>What a second takes, of late.</summary>
        public long Recent { get; set; }

        public long Left { get; set; }

        public long Elsewhere { get; set; }

        public TimeSpan Reset { get; set; }

        public TimeSpan? Wait { get; set; }

        /// <summary>Until when nobody asks, because nothing was left.</summary>
        public long DryUntil { get; set; }

        public long Room => Granted - Told - Spent;

        public void Take(Part old) => (Granted, Told, Spent, Recent, Left, Elsewhere, Reset, Wait) = (old.Granted, old.Told, old.Spent, old.Recent, old.Left, old.Elsewhere, old.Reset, old.Wait);
    }
}
