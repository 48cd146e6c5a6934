namespace AiGateway.LoadTest.Load;

/// <summary>The requests of a load window, one after the other. Used by one thread.</summary>
internal interface IRequestSource
{
    /// <summary>The next request, head and body.</summary>
    /// <param name="previous">What the same connection sent before, which is not in flight any more and may be written over; empty at first.</param>
    byte[] Next(byte[] previous);
}
