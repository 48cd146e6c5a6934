using System.Text.Json;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Dialects;

/// <summary>Refuses requests that the providers refuse, each with its words: what a translation must not get wrong.</summary>
internal static class ConversationRules
{
    private const int LeastThinkingBudget = 1024;

    /// <summary>The refusal, in OpenAI's shape; null when the request is sound.</summary>
    public static Answer? Check(SimulatedRequest request, ChatRequest chat, bool countOnly)
    {
        var wrong = chat.Source switch
        {
            Dialect.Anthropic => CheckHost(request) ?? CheckAnthropic(request.Json, chat, countOnly) ?? CheckTurns(request.Json.Member("messages"u8), "tool_use", "tool_result", "tool_use_id"),
            Dialect.Converse => CheckConverse(request.Json, chat),
            Dialect.Gemini => CheckGemini(request.Json, chat),
            _ => CheckCohere(chat),
        };
        wrong ??= Thoughts.Check(chat);
        return wrong is null ? null : ErrorAnswers.BadRequest(wrong);
    }

    /// <summary>What has another place where a cloud serves Claude.</summary>
    private static string? CheckHost(SimulatedRequest request)
    {
        var (json, host) = (request.Json, request.Route.Host);
        if (host == MessagesHost.Anthropic)
            return null;
        var version = host == MessagesHost.Bedrock ? "bedrock-2023-05-31" : "vertex-2023-10-16";
        if (json.Text("anthropic_version"u8) != version)
            return $"anthropic_version: Input should be '{version}'";
        if (json.Member("model"u8) is not null && request.Route.Endpoint != SimulatedEndpoint.RawPredictCount)
            return "model: Extra inputs are not permitted";
        if (host == MessagesHost.Vertex)
            return null;
        if (json.Member("stream"u8) is not null)
            return "Malformed input request: #: extraneous key [stream] is not permitted, please reformat your input and try again.";
        return request.Context.Request.Headers.ContainsKey("anthropic-beta") ? "anthropic-beta: Bedrock reads no such header" : null;
    }

    private static string? CheckAnthropic(JsonElement json, ChatRequest chat, bool countOnly)
    {
        if (json.Member("messages"u8) is not { ValueKind: JsonValueKind.Array } messages)
            return "messages: Field required";
        if (messages.GetArrayLength() == 0)
            return "messages: at least one message is required";
        if (countOnly)
            return null;
        if (chat.MaxOutputTokens is not { } most)
            return "max_tokens: Field required";
        if (most < 1)
            return "max_tokens: Input should be greater than or equal to 1";
        if (chat.Temperature is < 0 or > 1)
            return "temperature: range: 0..1";
        if (chat.Reasoning?.BudgetTokens is not { } budget)
            return null;
        if (budget < LeastThinkingBudget)
            return "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024";
        if (budget >= most)
            return "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size";
        if (GoesOnWithoutThoughts(json.Member("messages"u8)))
            return $"messages.{messages.GetArrayLength() - 2}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks).";
        return chat.Temperature is not (null or 1) ? "`temperature` may only be set to 1 when thinking is enabled." : null;
    }

    private static bool GoesOnWithoutThoughts(JsonElement? messages)
    {
        JsonElement assistant = default;
        foreach (var message in messages.Items())
            assistant = message.Is("role"u8, "assistant"u8) ? message : assistant;
        var isFirst = true;
        var thinks = false;
        var calls = false;
        foreach (var block in assistant.Member("content"u8).Items())
        {
            if (isFirst)
                thinks = block.Is("type"u8, "thinking"u8) || block.Is("type"u8, "redacted_thinking"u8);
            calls |= block.Is("type"u8, "tool_use"u8);
            isFirst = false;
        }
        return calls && !thinks;
    }

    private static string? CheckConverse(JsonElement json, ChatRequest chat)
    {
        var expected = "user"u8;
        foreach (var message in json.Member("messages"u8).Items())
        {
            if (!message.Is("role"u8, expected))
                return expected.SequenceEqual("user"u8)
                    ? "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again."
                    : "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
            expected = expected.SequenceEqual("user"u8) ? "assistant"u8 : "user"u8;
            foreach (var block in message.Member("content"u8).Items())
            {
                if (block.Text("text"u8) is { } text && string.IsNullOrWhiteSpace(text))
                    return "The text field in the ContentBlock object is blank. Add text to the text field, and try again.";
            }
        }
        if (chat.Temperature is < 0 or > 1)
            return "The model returned the following errors: temperature: range: 0..1";
        return CheckTurns(json.Member("messages"u8), "toolUse", "toolResult", "toolUseId");
    }

    private static string? CheckGemini(JsonElement json, ChatRequest chat)
    {
        if (json.Member("contents"u8) is not { ValueKind: JsonValueKind.Array } contents || contents.GetArrayLength() == 0)
            return "* GenerateContentRequest.contents: contents is not specified\n";
        if (chat.Temperature is < 0 or > 2)
            return "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].\n";
        var calls = 0;
        foreach (var content in contents.EnumerateArray())
        {
            var results = Count(content.Member("parts"u8), "functionResponse");
            if (calls != results)
                return "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
            calls = Count(content.Member("parts"u8), "functionCall");
        }
        return null;
    }

    private static string? CheckCohere(ChatRequest chat)
    {
        if (chat.Messages.Count == 0)
            return "invalid request: all elements in messages must have a role.";
        return chat.Temperature is < 0 or > 1 ? "invalid request: temperature must be between 0 and 1 inclusive." : null;
    }

    /// <summary>Every call is answered in the very next message, and nothing is answered that was not called.</summary>
    private static string? CheckTurns(JsonElement? messages, string call, string result, string resultId)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        var index = -1;
        foreach (var message in messages.Items())
        {
            index++;
            var results = Ids(message, result, resultId);
            if (results.Find(id => !open.Contains(id)) is { } unasked)
                return $"messages.{index}.content.0: unexpected `{resultId}` found in `{result}` blocks: {unasked}. Each `{result}` block must have a corresponding `{call}` block in the previous message.";
            open.ExceptWith(results);
            if (open.Count > 0)
                return $"messages.{index - 1}: `{call}` ids were found without `{result}` blocks immediately after: {string.Join(", ", open)}. Each `{call}` block must have a corresponding `{result}` block in the next message.";
            open = [.. Ids(message, call, call == "toolUse" ? "toolUseId" : "id")];
        }
        return null;
    }

    // Anthropic's blocks are typed, Bedrock's are members.
    private static List<string> Ids(JsonElement message, string kind, string idMember)
    {
        var ids = new List<string>();
        foreach (var block in message.Member("content"u8).Items())
        {
            if (block.ValueKind != JsonValueKind.Object)
                continue;
            var inner = block.TryGetProperty(kind, out var member) ? member
                : block.TryGetProperty("type"u8, out var type) && type.ValueEquals(kind) ? block
                : default;
            if (inner.ValueKind == JsonValueKind.Object && inner.TryGetProperty(idMember, out var id))
                ids.Add(id.GetString() ?? "");
        }
        return ids;
    }

    private static int Count(JsonElement? parts, string member)
    {
        var count = 0;
        foreach (var part in parts.Items())
            count += part.ValueKind == JsonValueKind.Object && part.TryGetProperty(member, out _) ? 1 : 0;
        return count;
    }
}
