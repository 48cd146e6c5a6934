using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Pipeline;

/// <summary>Which dialect a caller speaks, by what it asks for.</summary>
internal static class ChatDialects
{
    /// <summary>The dialect of a conversation; null for other operations, which are OpenAI's or have no dialect.</summary>
    public static Dialect? Of(Operation operation, CallerForm form = CallerForm.OpenAI) => operation switch
    {
        Operation.ChatCompletions => Dialect.OpenAIChat,
        Operation.Responses => Dialect.OpenAIResponses,
        Operation.CountTokens when form == CallerForm.Gemini => Dialect.Gemini,
        Operation.Messages or Operation.CountTokens => Dialect.Anthropic,
        Operation.GenerateContent => Dialect.Gemini,
        _ => null,
    };

    /// <summary>The dialect in which a caller of <paramref name="path"/> wants its errors, known before anything is read.</summary>
    public static Dialect OfPath(string path) => path.StartsWith(NativeTarget.Prefix, StringComparison.Ordinal)
        ? path.IndexOf('/', NativeTarget.Prefix.Length) is > 0 and var slash && !path.AsSpan(slash).StartsWith(NativeTarget.Prefix) ? OfPath(path[slash..]) : Dialect.OpenAIChat
        : OperationTable.TryMatch(path, out var match) && Of(match.Operation, match.Form) is { } dialect ? dialect
        : path.StartsWith("/v1beta/", StringComparison.OrdinalIgnoreCase) ? Dialect.Gemini
        : path.StartsWith("/v2/", StringComparison.OrdinalIgnoreCase) ? Dialect.Cohere
        : Dialect.OpenAIChat;
}
