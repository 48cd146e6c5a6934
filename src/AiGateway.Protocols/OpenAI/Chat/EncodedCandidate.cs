using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>One answer of a stream as far as <see cref="ChatChunkEncoder"/> has written it.</summary>
internal sealed class EncodedCandidate(int index)
{
    public int Index { get; } = index;

    public int Calls { get; set; }

    public int Details { get; set; }

    public bool IsCustom { get; set; }

    public bool HasArguments { get; set; }

    public ThinkingPart? Thought { get; set; }

    public StringBuilder ThoughtText { get; } = new();

    public string? TextSignature { get; set; }

    public MediaPart? Image { get; set; }

    public StringBuilder ImageText { get; } = new();
}
