using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>The state of the chain of one node's day.</summary>
/// <param name="day">The day's beginning, Unix milliseconds.</param>
/// <param name="place">Its place in the chain of the node's days, from 1.</param>
/// <param name="genesis">What it begins with.</param>
/// <param name="hash">The hash of its last row.</param>
internal sealed class ChainHead(long day, long place, byte[] genesis, byte[] hash)
{
    /// <summary>The day's beginning, Unix milliseconds.</summary>
    public long Day { get; } = day;

    /// <summary>Its place in the chain of the node's days, from 1.</summary>
    public long Place { get; } = place;

    /// <summary>What it begins with.</summary>
    public byte[] Genesis { get; } = genesis;

    /// <summary>The hash of its last row.</summary>
    public byte[] Hash { get; } = hash;

    /// <summary>The hash of the row that comes next.</summary>
    public byte[] NextHash { get; } = new byte[HashChain.Length];

    /// <summary>How many requests it has had.</summary>
    public long Requests { get; set; }

    /// <summary>How many of them retention has removed.</summary>
    public long Removed { get; init; }

    /// <summary>Whether it is not yet as the store has it.</summary>
    public bool IsChanged { get; set; }
}
