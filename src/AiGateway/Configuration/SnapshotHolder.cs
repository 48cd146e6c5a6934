namespace AiGateway.Configuration;

/// <summary>Holds the snapshot in force; read once per request.</summary>
internal sealed class SnapshotHolder(Snapshot first)
{
    private volatile Snapshot _current = first;
    private volatile ReloadFailure? _lastFailure;

    /// <summary>The snapshot in force.</summary>
    public Snapshot Current => _current;

    /// <summary>Why the last reload was refused; null when the file is in force.</summary>
    public ReloadFailure? LastFailure => _lastFailure;

    /// <summary>Puts another snapshot in force.</summary>
    public void Swap(Snapshot snapshot)
    {
        _current = snapshot;
        _lastFailure = null;
    }

    /// <summary>Notes that a reload was refused; the snapshot stays.</summary>
    public void Refuse(ReloadFailure failure) => _lastFailure = failure;
}

/// <summary>A refused reload.</summary>
internal sealed record ReloadFailure(DateTimeOffset At, IReadOnlyList<string> Errors);
