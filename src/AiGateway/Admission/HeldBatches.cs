namespace AiGateway.Admission;

/// <summary>What batches hold of one subject's use until their cost is known, by their names. Guarded by the limiter's lock.</summary>
internal sealed class HeldBatches
{
    // Beyond these it is looked which of them are past.
    private const int FirstLook = 1_024;

    // No budget's period is longer: what a batch of before held is over.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    private readonly Dictionary<string, (long NanoUsd, Moment At)> _held = new(StringComparer.Ordinal);
    private int _nextLook = FirstLook;

    /// <summary>Notes what a batch holds.</summary>
    /// <param name="batch">Its name.</param>
    /// <param name="nanoUsd">What it holds.</param>
    /// <param name="at">Since when.</param>
    /// <returns>False when that is noted already.</returns>
    public bool TryAdd(string batch, long nanoUsd, Moment at)
    {
        if (!_held.TryAdd(batch, (nanoUsd, at)))
        {
            return false;
        }
        if (_held.Count > _nextLook)
        {
            foreach (var (name, held) in _held)
            {
                if (at.Ticks - held.At.Ticks > Longest.Ticks)
                {
                    // Removing does not disturb the walk (since .NET Core 3).
                    _held.Remove(name);
                }
            }
            _nextLook = Math.Max(FirstLook, 2 * _held.Count);
        }
        return true;
    }

    /// <summary>Forgets a batch whose cost is known.</summary>
    /// <returns>False when nothing is noted of it.</returns>
    public bool TryTake(string batch, out (long NanoUsd, Moment At) held) => _held.Remove(batch, out held);
}
