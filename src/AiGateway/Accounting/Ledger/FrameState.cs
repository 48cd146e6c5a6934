namespace AiGateway.Accounting.Ledger;

/// <summary>What stands at a place of a queue's file.</summary>
internal enum FrameState
{
    /// <summary>A frame, and its checksum is right.</summary>
    Whole,

    /// <summary>The beginning of one: the file ends first.</summary>
    Cut,

    /// <summary>No frame.</summary>
    Damaged,
}
