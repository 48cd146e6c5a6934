namespace AiGateway.CacheQuality;

/// <summary>An argument or a line of a file cannot be used; the message names it and says what is expected. Ends the program with 2.</summary>
internal sealed class InvalidInputException : Exception
{
    public InvalidInputException(string message)
        : base(message)
    {
    }

    public InvalidInputException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public InvalidInputException()
    {
    }
}
