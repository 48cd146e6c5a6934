namespace AiGateway.Admission;

/// <summary>What was used in the last so-and-so long, in sixty slots that pass away one by one.</summary>
/// <remarks>
/// The slot that is half in the window counts whole, so that no stretch of the window's length, wherever it begins, ever holds
/// more than was admitted against <see cref="Sum"/>: there is no edge at which twice the limit passes. The price is that use is
/// forgotten up to a sixtieth of the window late. Not thread-safe.
/// </remarks>
internal sealed class SlidingWindow : IUseWindow
{
    /// <summary>Slots in a window.</summary>
    public const int Slots = 60;

    private readonly long[] _slots = new long[Slots + 1];
    private readonly long _slotTicks;
    private long _latest;
    private long _sum;

    /// <summary>An empty window.</summary>
    /// <param name="length">Its length, at least 60 ticks.</param>
    public SlidingWindow(TimeSpan length) => _slotTicks = length.Ticks / Slots;

    /// <inheritdoc/>
    public long Sum(Moment moment)
    {
        var now = moment.Ticks;
        var slot = now / _slotTicks;
        if (slot > _latest)
        {
            var passed = Math.Min(slot - _latest, Slots + 1);
            for (var i = 1; i <= passed; i++)
            {
                ref var oldest = ref _slots[(_latest + i) % (Slots + 1)];
                _sum -= oldest;
                oldest = 0;
            }
            _latest = slot;
        }
        return _sum;
    }

    /// <inheritdoc/>
    public void Add(Moment now, long amount)
    {
        Sum(now);
        _slots[_latest % (Slots + 1)] += amount;
        _sum += amount;
    }

    /// <inheritdoc/>
    public void Restore(Moment now, TimeSpan ago, long amount)
    {
        Sum(now);
        var slot = (now.Ticks - ago.Ticks) / _slotTicks;
        if (slot >= _latest - Slots && slot >= 0)
        {
            _slots[slot % (Slots + 1)] += amount;
            _sum += amount;
        }
    }

    /// <inheritdoc/>
    public void TakeBack(Moment now, Moment then, long amount)
    {
        Sum(now);
        var slot = then.Ticks / _slotTicks;
        if (slot >= _latest - Slots && slot >= 0)
        {
            _slots[slot % (Slots + 1)] -= amount;
            _sum -= amount;
        }
    }

    /// <inheritdoc/>
    public TimeSpan TimeUntilFree(Moment now, long amount)
    {
        Sum(now);
        if (amount >= _sum)
        {
            // The newest slot decides, and is nearly always the one of now.
            for (var slot = _latest; slot >= Math.Max(0, _latest - Slots); slot--)
            {
                if (_slots[slot % (Slots + 1)] != 0)
                {
                    return TimeSpan.FromTicks(((slot + Slots + 1) * _slotTicks) - now.Ticks);
                }
            }
            return TimeSpan.Zero;
        }
        var (freed, last) = (0L, _latest);
        for (var slot = Math.Max(0, _latest - Slots); slot <= _latest; slot++)
        {
            var used = _slots[slot % (Slots + 1)];
            if (used == 0)
            {
                continue;
            }
            freed += used;
            last = slot;
            if (freed >= amount)
            {
                break;
            }
        }
        return freed == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(((last + Slots + 1) * _slotTicks) - now.Ticks);
    }
}
