using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Caching;

/// <summary>In which form a caller wants an answer: what the key of a request says nothing of.</summary>
/// <param name="Operation">In whose dialect: with a neutral key callers of several share a call.</param>
/// <param name="Stream">As events.</param>
/// <param name="IncludeUsage">Whether the events end with what was consumed; OpenAI's chat alone leaves that to the caller.</param>
internal readonly record struct AnswerForm(Operation Operation, bool Stream, bool IncludeUsage)
{
    /// <summary>The form that a request asks for.</summary>
    public static AnswerForm Of(GatewayRequest request) =>
        new(request.Operation, request.Facts.Stream, request is { Operation: Operation.ChatCompletions, Facts: { Stream: true, IncludeUsage: true } });
}
