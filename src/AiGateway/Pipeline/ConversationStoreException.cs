namespace AiGateway.Pipeline;

/// <summary>The store of responses cannot be used: its file is locked, damaged or out of reach. Requests that need it are refused, others go on.</summary>
internal sealed class ConversationStoreException : Exception
{
    /// <summary>Without words.</summary>
    public ConversationStoreException()
    {
    }

    /// <summary>A reason, for the operator's log.</summary>
    public ConversationStoreException(string message)
        : base(message)
    {
    }

    /// <summary>A reason that another exception found.</summary>
    public ConversationStoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
