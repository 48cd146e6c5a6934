using System.Diagnostics.CodeAnalysis;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Accounting;

/// <summary>The last requests of this process by id, for <c>GET /v1/requests/{id}</c> and the admin listener.</summary>
/// <remarks>Bounded in number and in bytes; the oldest are forgotten. The lock is held for one insertion and what it displaces.</remarks>
internal sealed class RecentRequests : IRequestObserver
{
    /// <summary>Most records kept.</summary>
    public const int DefaultCapacity = 10_000;

    /// <summary>Most bytes kept, by <see cref="RecordSize"/>.</summary>
    public const long DefaultByteCapacity = 32 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, RequestRecord> _byId = new(StringComparer.Ordinal);
    private readonly Queue<(RequestRecord Record, long Size)> _oldestFirst = new();
    private readonly int _capacity;
    private readonly long _byteCapacity;
    private long _bytes;

    /// <summary>With the default bounds.</summary>
    public RecentRequests()
        : this(DefaultCapacity, DefaultByteCapacity)
    {
    }

    /// <summary>With other bounds.</summary>
    public RecentRequests(int capacity, long byteCapacity) => (_capacity, _byteCapacity) = (capacity, byteCapacity);

    /// <summary>Records kept at present.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _oldestFirst.Count;
            }
        }
    }

    /// <inheritdoc />
    public void OnSettled(RequestRecord record)
    {
        var size = RecordSize.Of(record);
        if (size > _byteCapacity)
        {
            return;
        }
        lock (_lock)
        {
            if (!_byId.TryAdd(record.Id, record))
            {
                return;
            }
            _oldestFirst.Enqueue((record, size));
            _bytes += size;
            while (_oldestFirst.Count > _capacity || _bytes > _byteCapacity)
            {
                var (oldest, oldestSize) = _oldestFirst.Dequeue();
                _byId.Remove(oldest.Id);
                _bytes -= oldestSize;
            }
        }
    }

    /// <summary>The record of a request of the same tenant; another tenant's is as if it did not exist.</summary>
    public bool TryGet(string id, CallerModel caller, [NotNullWhen(true)] out RequestRecord? record)
    {
        if (TryGet(id, out record) && string.Equals(record.Caller.Tenant, caller.Tenant, StringComparison.Ordinal))
        {
            return true;
        }
        record = null;
        return false;
    }

    /// <summary>The record of anyone's request: for the operator.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out RequestRecord? record)
    {
        lock (_lock)
        {
            return _byId.TryGetValue(id, out record);
        }
    }
}
