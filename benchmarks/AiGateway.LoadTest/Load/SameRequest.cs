namespace AiGateway.LoadTest.Load;

/// <summary>One request again and again.</summary>
internal sealed class SameRequest(byte[] request) : IRequestSource
{
    public byte[] Next(byte[] previous) => request;
}
