using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;

namespace AiGateway.Simulator.Dialects;

/// <summary>Turns a whole answer into the steps of a stream: texts word by word, arguments in pieces that cut words and escapes.</summary>
internal static class StepPieces
{
    private const int ArgumentChars = 8;

    public static List<ChatEvent> Of(ChatResponse response)
    {
        var whole = new List<ChatEvent>();
        ChatStream.Replay(response, whole);
        var steps = new List<ChatEvent>();
        foreach (var step in whole)
        {
            if (step is not { Kind: ChatEventKind.PartDelta, Text.Length: > 0, Logprobs: null } || step.PartKind == ChatPartKind.Media)
            {
                steps.Add(step);
                continue;
            }
            var text = step.Text!;
            for (var at = 0; at < text.Length;)
            {
                var end = step.PartKind == ChatPartKind.ToolCall ? Math.Min(at + ArgumentChars, text.Length) : SimulatedText.ChunkEnd(text, at);
                if (end < text.Length && char.IsLowSurrogate(text[end]))
                    end++;
                // A signature over the part comes with its end.
                steps.Add(step with { Text = text[at..end], Signature = end == text.Length ? step.Signature : null });
                at = end;
            }
        }
        return steps;
    }
}
