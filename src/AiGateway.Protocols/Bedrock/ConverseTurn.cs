namespace AiGateway.Protocols.Bedrock;

/// <summary>A turn to write.</summary>
internal sealed class ConverseTurn(string role)
{
    public string Role { get; } = role;

    public List<ConverseEntry> Entries { get; } = [];
}
