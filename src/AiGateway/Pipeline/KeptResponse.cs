namespace AiGateway.Pipeline;

/// <summary>A response that the gateway keeps.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">Its id within the gateway; callers get it sealed.</param>
/// <param name="PreviousId">The response it continues, likewise; null for the first of a conversation.</param>
/// <param name="Input">The input items of its request, a JSON array; those of earlier turns are not repeated.</param>
/// <param name="Response">The response object as the caller got it.</param>
internal sealed record KeptResponse(string Tenant, string Id, string? PreviousId, ReadOnlyMemory<byte> Input, ReadOnlyMemory<byte> Response)
{
    /// <summary>The largest input and response together, in bytes, that are kept; pictures make turns of some megabytes.</summary>
    public const int Largest = 32 * 1024 * 1024;

    /// <summary>Size of its content in bytes.</summary>
    public int Size => Input.Length + Response.Length;
}
