using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>A request that waits for a limit to have room. It holds nothing while it waits. Guarded by the queue's lock.</summary>
/// <param name="caller">Whose turn it takes: callers of one class take turns.</param>
/// <param name="priority">Its class.</param>
/// <param name="most">Longest wait that it stands itself; the limit's may be shorter.</param>
/// <param name="tryHold">Asks all its limits, and holds on success.</param>
/// <param name="subjectOf">Under which name its use of a limit is counted.</param>
internal sealed class QueueWaiter(string caller, RequestPriority priority, TimeSpan most, Func<ValueTask<LimitRefusal?>> tryHold, Func<LimitModel, string> subjectOf)
{
    private readonly TaskCompletionSource<QueueOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whose turn it takes.</summary>
    public string Caller { get; } = caller;

    /// <summary>Its class.</summary>
    public RequestPriority Priority { get; } = priority;

    /// <summary>Longest wait altogether; each queue that it stands in may shorten it.</summary>
    public TimeSpan Most { get; set; } = most;

    /// <summary>Why it waits: the newest refusal.</summary>
    public LimitRefusal? Refusal { get; set; }

    /// <summary>When it began, by the clock's timestamp.</summary>
    public long Began { get; set; }

    /// <summary>Ends the wait in time; null before it begins.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>The lane it stands in; null before and after.</summary>
    public QueueLane? Lane { get; set; }

    /// <summary>Its place among those of its caller.</summary>
    public LinkedListNode<QueueWaiter>? Place { get; set; }

    /// <summary>Whether its limits are being asked right now: it cannot leave before they have answered.</summary>
    public bool IsTrying { get; set; }

    /// <summary>How it is to leave once they have; null: it stays.</summary>
    public QueueOutcome? Leaving { get; set; }

    /// <summary>How it ended.</summary>
    public Task<QueueOutcome> Completion => _completion.Task;

    /// <summary>Asks all its limits.</summary>
    public ValueTask<LimitRefusal?> TryHold() => tryHold();

    /// <summary>Under which name its use of a limit is counted.</summary>
    public string SubjectOf(LimitModel limit) => subjectOf(limit);

    /// <summary>Ends the wait.</summary>
    public void Complete(QueueOutcome outcome) => _completion.TrySetResult(outcome);

    /// <summary>Ends the wait with a fault of the gateway.</summary>
    public void Fail(Exception fault) => _completion.TrySetException(fault);
}
