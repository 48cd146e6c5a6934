namespace AiGateway.Pipeline;

/// <summary>A store in the data folder cannot be used: its file is locked, damaged or out of reach. Requests that need it are refused, others go on.</summary>
internal sealed class StoreException : Exception
{
    /// <summary>Without words.</summary>
    public StoreException()
    {
    }

    /// <summary>A reason, for the operator's log.</summary>
    public StoreException(string message)
        : base(message)
    {
    }

    /// <summary>A reason that another exception found.</summary>
    public StoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
