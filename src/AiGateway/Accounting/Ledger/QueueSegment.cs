namespace AiGateway.Accounting.Ledger;

/// <summary>One file of the queue. Its writer moves <see cref="Flushed"/>, its reader <see cref="Read"/>; both under the lock of the <see cref="Backlog"/>.</summary>
internal sealed class QueueSegment(string path)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Bytes that are on disk.</summary>
    public long Flushed { get; set; }

    /// <summary>Bytes whose records are in the store.</summary>
    public long Read { get; set; }

    /// <summary>Records among <see cref="Flushed"/>.</summary>
    public long Records { get; set; }

    /// <summary>Records among <see cref="Read"/>.</summary>
    public long RecordsRead { get; set; }

    /// <summary>Whether nothing will be added.</summary>
    public bool IsSealed { get; set; }
}
