namespace AiGateway.Accounting.Ledger;

/// <summary>Frames that wait for the disk. Not thread-safe.</summary>
internal sealed class QueueBuffer
{
    // One that grew larger than this while the disk took nothing is given back.
    private const int UsualLength = 4 * 1024 * 1024;

    /// <summary>The frames, one after the other.</summary>
    public PayloadWriter Bytes { get; private set; } = new();

    /// <summary>How many there are.</summary>
    public int Records { get; set; }

    /// <summary>Those among them that somebody waits for.</summary>
    public List<PendingIntent> Intents { get; } = [];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Records = 0;
        Intents.Clear();
        if (Bytes.Length > UsualLength)
        {
            Bytes = new PayloadWriter();
        }
        Bytes.CutTo(0);
    }
}
