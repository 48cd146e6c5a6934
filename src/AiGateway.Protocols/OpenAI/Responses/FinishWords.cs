using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>A response's status and <c>incomplete_details</c> are its finish reason.</summary>
internal static class FinishWords
{
    /// <summary>Reads them.</summary>
    /// <param name="response">The response object.</param>
    /// <param name="parts">What it says: calls and refusals do not show in the status.</param>
    /// <param name="native">The provider's own word.</param>
    public static FinishReason Read(JsonElement response, List<ChatPart> parts, out string? native)
    {
        var status = response.TextOf("status"u8);
        native = status;
        switch (status)
        {
            case "completed" or null:
                if (parts.Exists(static part => part is ToolCallPart))
                    return FinishReason.ToolCalls;
                if (parts.Exists(static part => part is RefusalPart) && !parts.Exists(static part => part is TextPart))
                    return FinishReason.Refusal;
                return status is null ? FinishReason.Unknown : FinishReason.Stop;
            case "incomplete":
                native = response.Member("incomplete_details"u8).TextOf("reason"u8) ?? status;
                return native switch
                {
                    "max_output_tokens" or "max_tokens" or "length" => FinishReason.Length,
                    "content_filter" => FinishReason.ContentFilter,
                    "model_context_window_exceeded" => FinishReason.ContextWindow,
                    _ => FinishReason.Stop,
                };
            case "failed" or "cancelled":
                return FinishReason.Error;
            default:
                return FinishReason.Unknown;
        }
    }

    /// <summary>The status of an answer that ended for a reason.</summary>
    public static string Status(FinishReason finish) => finish switch
    {
        FinishReason.Length or FinishReason.ContextWindow or FinishReason.ContentFilter => "incomplete",
        FinishReason.Error or FinishReason.MalformedToolCall => "failed",
        _ => "completed",
    };

    /// <summary>The reason in <c>incomplete_details</c>.</summary>
    public static string IncompleteReason(FinishReason finish) => finish == FinishReason.ContentFilter ? "content_filter" : "max_output_tokens";
}
