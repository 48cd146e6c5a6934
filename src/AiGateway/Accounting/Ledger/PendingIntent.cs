namespace AiGateway.Accounting.Ledger;

/// <summary>An intent on its way to disk; its call waits for it.</summary>
internal sealed class PendingIntent(LedgerIntent intent)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The intent.</summary>
    public LedgerIntent Intent { get; } = intent;

    /// <summary>Whether it is on disk.</summary>
    public Task<bool> Done => _done.Task;

    /// <summary>Lets the call go, or not.</summary>
    public void Complete(bool isOnDisk) => _done.TrySetResult(isOnDisk);
}
