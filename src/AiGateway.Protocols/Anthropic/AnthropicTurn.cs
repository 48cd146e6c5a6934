using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>A turn as Anthropic sees it: the user's, tools' results included, or the assistant's.</summary>
internal sealed class AnthropicTurn(bool isAssistant)
{
    public bool IsAssistant { get; } = isAssistant;

    public List<ChatPart> Parts { get; } = [];
}
