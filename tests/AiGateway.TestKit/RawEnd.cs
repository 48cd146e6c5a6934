namespace AiGateway.TestKit;

/// <summary>How the reading of a raw answer ended.</summary>
public enum RawEnd
{
    /// <summary>The server closed the connection cleanly.</summary>
    Closed,

    /// <summary>The server reset the connection.</summary>
    Reset,

    /// <summary>Something came, then nothing more; the connection is open.</summary>
    Quiet,

    /// <summary>The time limit was reached.</summary>
    TimedOut,
}
