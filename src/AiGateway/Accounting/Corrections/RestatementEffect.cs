using System.Runtime.InteropServices;
using AiGateway.Accounting.Ledger;

namespace AiGateway.Accounting.Corrections;

/// <summary>What a restatement does, or would do.</summary>
internal sealed class RestatementEffect
{
    private readonly Dictionary<(string Team, string Provider, string Model), RestatementSums> _groups = [];
    private readonly SortedDictionary<string, long> _left = new(StringComparer.Ordinal);

    /// <summary>The sums by team, provider and model.</summary>
    public IReadOnlyDictionary<(string Team, string Provider, string Model), RestatementSums> Groups => _groups;

    /// <summary>Calls that stay as they are although they were meant, by the reason.</summary>
    public IReadOnlyDictionary<string, long> Left => _left;

    /// <summary>The sum of all.</summary>
    public RestatementSums Total { get; } = new();

    /// <summary>Calls of closed months among those that change.</summary>
    public long Closed { get; set; }

    /// <summary>What these change, in USD; booked as an adjustment.</summary>
    public decimal ClosedChange { get; set; }

    /// <summary>The hour in which that is booked; null when no month is closed.</summary>
    public DateTimeOffset? BookedAt { get; set; }

    /// <summary>Requests of the period that retention has removed: they stay as they were recorded.</summary>
    public long Removed { get; set; }

    /// <summary>The entry that was added; null for a dry run, and when nothing changes.</summary>
    public Correction? Entry { get; set; }

    /// <summary>Adds a call.</summary>
    public void Add(LedgerRequest request, LedgerLine line, decimal? before, decimal? after)
    {
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, (request.Team ?? "", line.Provider, line.Model), out _);
        group ??= new RestatementSums();
        group.Add(before, after);
        Total.Add(before, after);
    }

    /// <summary>Notes a call that stays as it is.</summary>
    public void Leave(string reason) => _left[reason] = _left.GetValueOrDefault(reason) + 1;
}
