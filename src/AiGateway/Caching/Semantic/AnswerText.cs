using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Caching.Semantic;

/// <summary>The text of an answer, where it is nothing else: one answer, ended by itself, without calls and media.</summary>
internal static class AnswerText
{
    /// <summary>Reads it.</summary>
    /// <returns>Null where the answer is something else, or cannot be read.</returns>
    public static string? Of(StoredAnswer answer)
    {
        if (ChatDialects.Of(answer.Operation) is not { } dialect)
        {
            return null;
        }
        try
        {
            return Of(ChatCodecs.Of(dialect).ReadResponse(answer.Body));
        }
        catch (ChatFormatException)
        {
            return null;
        }
    }

    private static string? Of(ChatResponse response)
    {
        if (response.Candidates is not [{ Finish: FinishReason.Stop or FinishReason.StopSequence } candidate])
        {
            return null;
        }
        string? text = null;
        foreach (var part in candidate.Parts)
        {
            if (part is TextPart said)
            {
                text = text is null ? said.Text : text + said.Text;
            }
            else if (part is not ThinkingPart)
            {
                return null;
            }
        }
        return text;
    }
}
