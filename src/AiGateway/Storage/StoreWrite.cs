namespace AiGateway.Storage;

/// <summary>One change that waits for the writer.</summary>
internal sealed class StoreWrite
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whose; null for a sweep.</summary>
    public string? Tenant { get; private init; }

    /// <summary>Whether everything that is too old is to go.</summary>
    public bool IsSweep => Tenant is null;

    /// <summary>Which.</summary>
    public string Id { get; private init; } = "";

    /// <summary>The predecessor of a new row.</summary>
    public string? PreviousId { get; private init; }

    /// <summary>The encrypted content of a new row; null for a deletion and a sweep.</summary>
    public byte[]? Content { get; private init; }

    /// <summary>Whether a row was changed, once it is committed.</summary>
    public Task<bool> Done => _done.Task;

    /// <summary>Whether the last application found a row to change; told to <see cref="Done"/> at commit.</summary>
    public bool Changed { get; set; }

    /// <summary>A new row.</summary>
    public static StoreWrite Save(string tenant, string id, string? previousId, byte[] content) => new() { Tenant = tenant, Id = id, PreviousId = previousId, Content = content };

    /// <summary>A deletion.</summary>
    public static StoreWrite Delete(string tenant, string id) => new() { Tenant = tenant, Id = id };

    /// <summary>Removal of everything that is too old.</summary>
    public static StoreWrite Sweep() => new();

    /// <summary>It is on disk.</summary>
    public void Commit() => _done.TrySetResult(Changed);

    /// <summary>It is not.</summary>
    public void Fail(Exception reason)
    {
        _done.TrySetException(reason);
        // Whoever gave up waiting does not look any more.
        _ = _done.Task.Exception;
    }
}
