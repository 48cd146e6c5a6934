using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>Budgets that have refused a request since somebody looked last.</summary>
internal sealed class SpentBudgets
{
    // Beyond these nobody reads notices; each is noted again by its next refusal.
    private const int Most = 10_000;

    private readonly Lock _lock = new();
    private HashSet<(string Budget, string Subject)> _refused = [];

    /// <summary>Notes a refusal; nothing where it is no budget's, where the request asks for more than the whole, or where there may be room again when others have ended.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="subject">Under which name the use is counted.</param>
    public void Note(LimitRefusal refusal, string? subject)
    {
        if (refusal is not { Limit.Budget.Notify.Length: > 0, Wait: not null, IsBeyondWhole: false, IsStoreAway: false } || subject is null || (refusal.IsHeld && refusal.Limit.Sharing == LimitSharing.Local))
        {
            return;
        }
        lock (_lock)
        {
            if (_refused.Count < Most)
            {
                _refused.Add((refusal.Limit.Id, subject));
            }
        }
    }

    /// <summary>Those noted since the last time.</summary>
    public HashSet<(string Budget, string Subject)> Take()
    {
        lock (_lock)
        {
            var taken = _refused;
            if (taken.Count > 0)
            {
                _refused = [];
            }
            return taken;
        }
    }
}
