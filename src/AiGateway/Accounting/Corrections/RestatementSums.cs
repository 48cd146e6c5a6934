namespace AiGateway.Accounting.Corrections;

/// <summary>What new prices do to some calls.</summary>
internal sealed class RestatementSums
{
    /// <summary>Calls that were looked at.</summary>
    public long Calls { get; private set; }

    /// <summary>Calls that count as something else.</summary>
    public long Changed { get; private set; }

    /// <summary>What all of them counted as, in USD; those without a price as nothing.</summary>
    public decimal Before { get; private set; }

    /// <summary>What they count as.</summary>
    public decimal After { get; private set; }

    /// <summary>How many had no price.</summary>
    public long UnpricedBefore { get; private set; }

    /// <summary>How many have none.</summary>
    public long UnpricedAfter { get; private set; }

    /// <summary>Adds a call.</summary>
    /// <param name="before">What it counted as; null for no price.</param>
    /// <param name="after">What it counts as.</param>
    public void Add(decimal? before, decimal? after)
    {
        Calls++;
        Changed += before == after ? 0 : 1;
        Before += before ?? 0;
        After += after ?? 0;
        UnpricedBefore += before is null ? 1 : 0;
        UnpricedAfter += after is null ? 1 : 0;
    }

    /// <summary>Adds others.</summary>
    public void Add(RestatementSums other)
    {
        Calls += other.Calls;
        Changed += other.Changed;
        Before += other.Before;
        After += other.After;
        UnpricedBefore += other.UnpricedBefore;
        UnpricedAfter += other.UnpricedAfter;
    }
}
