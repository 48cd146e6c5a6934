using AiGateway.Protocols.Chat;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>What a dialect cannot express: comparisons that may fail, each with the feature and the reason. A failure that is not here is a defect.</summary>
internal static class MatrixExceptions
{
    private static readonly Entry[] Entries =
    [
        new("n", "Several answers: the dialect has one only.", Clients: [Dialect.OpenAIResponses, Dialect.Anthropic]),
        new("text", "Audio output: the dialect has none, so what is said comes as text.", Clients: [Dialect.OpenAIResponses, Dialect.Anthropic], Mark: "audio_output"),
        new("media", "Audio output: the dialect has none, so what is said comes as text.", Clients: [Dialect.OpenAIResponses, Dialect.Anthropic], Mark: "audio_output"),
        new("media", "Image output: the dialect has none.", Clients: [Dialect.OpenAIResponses, Dialect.Anthropic], Mark: "image_output"),
        new("logprobs", "Log probabilities: the dialect has none.", Clients: [Dialect.Anthropic]),
        new("asked: form", "JSON schema: an Anthropic request to a model that is not known for structured outputs asks for it by a forced tool.", Clients: [Dialect.Anthropic]),
        new("asked: tools", "JSON schema: an Anthropic request to a model that is not known for structured outputs asks for it by a forced tool.", Clients: [Dialect.Anthropic], Mark: "json_schema"),
        new("asked: tools", "JSON schema: an Anthropic request to a model that is not known for structured outputs asks for it by a forced tool.", Clients: [Dialect.Anthropic], Member: "aigateway_json_answer"),
        new("asked: choice of tool", "Server tools: a choice that only they could fulfil goes with them.", Mark: "server_tools"),
        new("asked: instructions", "JSON mode: Anthropic has none, so it is asked for by an instruction.", Clients: [Dialect.Anthropic], Member: "AnswerwithoneJSONobject"),
        new("asked: instructions", "Instructions alone: the dialect insists on words of the user, so they become them.", Clients: [Dialect.Anthropic, Dialect.Gemini], Member: "became ''"),
        new("asked: user's words", "Anthropic refuses a conversation that does not begin with the user, Gemini one that begins with a call: it gets a first word.", Clients: [Dialect.Anthropic, Dialect.Gemini], Member: "Begin."),
        new("asked: results", "A failed tool's result: OpenAI has no mark for it, so the text says it.", Clients: [Dialect.OpenAIChat, Dialect.OpenAIResponses], Member: "Error:"),
        new("asked: results", "A failed tool's result: Gemini says it by an object with the member error.", Clients: [Dialect.Gemini], Member: "{\"error\":"),
        new("asked: results", "A result whose call is in a stored response: the dialect refuses results without their call, so it goes as text.", Clients: [Dialect.OpenAIChat, Dialect.Anthropic, Dialect.Gemini], Mark: "server_state"),
        new("asked: user's words", "A result whose call is in a stored response: the dialect refuses results without their call, so it goes as text.", Clients: [Dialect.OpenAIChat, Dialect.Anthropic, Dialect.Gemini], Mark: "server_state"),
        new("asked: stop texts", "Stop texts: Responses has none.", Clients: [Dialect.OpenAIResponses]),
        new("asked: bound", "Bound of tokens: Responses takes 16 and more.", Clients: [Dialect.OpenAIResponses]),
        new("asked: media", "Video, audio, and files that lie with another provider (Gemini's and Anthropic's, S3): the dialect cannot name them.", Clients: [Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Anthropic]),
        new("asked: media", "Files that lie with another provider (OpenAI's and Anthropic's ids, S3): Gemini cannot reach them.", Clients: [Dialect.Gemini]),
    ];

    /// <summary>Why a comparison may fail; null when it may not.</summary>
    public static string? ReasonOf(MatrixResult result, MatrixCheck check)
    {
        foreach (var entry in Entries)
        {
            if (entry.Feature == check.Feature && (entry.Clients is null || entry.Clients.Contains(result.Client))
                && (entry.Source is null || entry.Source == MatrixSelection.SourceOf(result.Exchange))
                && (entry.Mark is null || result.Exchange.Features.Contains(entry.Mark))
                && (entry.Member is null || check.Detail.Contains(entry.Member, StringComparison.Ordinal)))
            {
                return entry.Reason;
            }
        }
        return null;
    }

    /// <param name="Feature">The comparison.</param>
    /// <param name="Reason">What the dialect cannot express.</param>
    /// <param name="Clients">The clients' dialects; null for all.</param>
    /// <param name="Mark">The recording's mark; null for any.</param>
    /// <param name="Member">Words of the difference; null for any.</param>
    /// <param name="Source">The recorded dialect; null for any.</param>
    private sealed record Entry(string Feature, string Reason, Dialect[]? Clients = null, string? Mark = null, string? Member = null, Dialect? Source = null);
}
