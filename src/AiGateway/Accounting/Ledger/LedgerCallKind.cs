namespace AiGateway.Accounting.Ledger;

/// <summary>What an upstream call was made for. A closed set; its numbers stand in files and never change.</summary>
internal enum LedgerCallKind : byte
{
    /// <summary>It gave the caller's answer, or was the last that was asked for it.</summary>
    Answer = 0,

    /// <summary>It was made in vain: another call followed.</summary>
    Retry = 1,

    /// <summary>A whole batch, whose requests a provider answered in its own time.</summary>
    Batch = 2,

    /// <summary>The gateway's own: it turned a caller's question into a vector, to find others that mean the same.</summary>
    Embedding = 3,

    /// <summary>The gateway's own: it compared a kept answer with a live one.</summary>
    CacheCheck = 4,
}
