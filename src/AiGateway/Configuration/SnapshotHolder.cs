using AiGateway.Configuration.Runtime;

namespace AiGateway.Configuration;

/// <summary>Holds the snapshot in force; read once per request. It is the file's, with what was made at run time laid over it.</summary>
internal sealed class SnapshotHolder(Snapshot first)
{
    private readonly Lock _lock = new();
    private volatile Snapshot _current = first;
    private volatile Snapshot _file = first;
    private volatile ReloadFailure? _lastFailure;
    private volatile RuntimeSet? _runtime;

    /// <summary>The snapshot in force.</summary>
    public Snapshot Current => _current;

    /// <summary>What the file alone says.</summary>
    public Snapshot File => _file;

    /// <summary>What was made at run time; null where that is off.</summary>
    public RuntimeSet? Runtime => _runtime;

    /// <summary>Why the last reload was refused; null when the file is in force.</summary>
    public ReloadFailure? LastFailure => _lastFailure;

    /// <summary>Puts another file in force.</summary>
    public void Swap(Snapshot snapshot)
    {
        lock (_lock)
        {
            _current = RuntimeOverlay.Over(snapshot, _runtime);
            _file = snapshot;
        }
        _lastFailure = null;
    }

    /// <summary>Puts what was made at run time in force, over the file that is.</summary>
    public void Overlay(RuntimeSet runtime)
    {
        lock (_lock)
        {
            _current = RuntimeOverlay.Over(_file, runtime);
            _runtime = runtime;
        }
    }

    /// <summary>Notes that a reload was refused; the snapshot stays.</summary>
    public void Refuse(ReloadFailure failure) => _lastFailure = failure;
}

/// <summary>A refused reload.</summary>
internal sealed record ReloadFailure(DateTimeOffset At, IReadOnlyList<string> Errors);
