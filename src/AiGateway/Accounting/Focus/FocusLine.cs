namespace AiGateway.Accounting.Focus;

/// <summary>One line of an export.</summary>
/// <param name="key">What it is of.</param>
/// <param name="length">How long its period is.</param>
internal sealed class FocusLine(FocusKey key, TimeSpan length)
{
    /// <summary>What it is of.</summary>
    public FocusKey Key { get; } = key;

    /// <summary>When its period begins.</summary>
    public DateTimeOffset Start { get; } = DateTimeOffset.FromUnixTimeMilliseconds(key.Start);

    /// <summary>When it ends; not included.</summary>
    public DateTimeOffset End => Start + length;

    /// <summary>How much was consumed.</summary>
    public decimal Quantity { get; private set; }

    /// <summary>What it cost, in USD.</summary>
    public decimal Amount { get; private set; }

    /// <summary>Upstream calls that it is of.</summary>
    public long Calls { get; private set; }

    /// <summary>Adds a call's part.</summary>
    public void Add(in FocusPart part)
    {
        Quantity += part.Quantity;
        Amount += part.Amount;
        Calls++;
    }
}
