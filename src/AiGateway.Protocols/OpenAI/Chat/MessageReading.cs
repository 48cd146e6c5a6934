using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Reads the conversation of a request.</summary>
internal static class MessageReading
{
    public static void ReadAll(JsonElement messages, ChatRequest request)
    {
        if (messages.ValueKind != JsonValueKind.Array)
            throw new ChatFormatException("messages must be a list.", "messages");
        var number = 0;
        var functionCalls = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var path = $"messages[{number++}]";
            if (message.ValueKind != JsonValueKind.Object)
                throw new ChatFormatException($"{path} must be an object.", path);
            request.Messages.Add(message.TextOf("role"u8) switch
            {
                "system" => Spoken(message, ChatRole.System, request.Source),
                "developer" => Spoken(message, ChatRole.Developer, request.Source),
                "user" => Spoken(message, ChatRole.User, request.Source),
                "assistant" => Assistant(message, request, ref functionCalls),
                "tool" => Result(message, message.TextOf("tool_call_id"u8) ?? "", request.Source),
                "function" => Result(message, AssistantReading.FunctionCallId + Math.Max(0, functionCalls - 1), request.Source),
                null => throw new ChatFormatException($"{path}.role is missing.", path + ".role"),
                var other => throw new ChatFormatException($"{path}.role is '{Shortened(other)}': it must be system, developer, user, assistant, tool or function.", path + ".role"),
            });
        }
    }

    private static ChatMessage Spoken(JsonElement message, ChatRole role, Dialect dialect)
    {
        var read = new ChatMessage { Role = role, Name = message.FilledTextOf("name"u8) };
        if (message.Has("content"u8, out var content))
            read.IsPlainText = PartReading.Read(content, dialect, read.Parts);
        read.Extensions = Rest(message, static name => name is "role" or "content" or "name");
        return read;
    }

    private static ChatMessage Assistant(JsonElement message, ChatRequest request, ref int functionCalls)
    {
        var read = new ChatMessage { Role = ChatRole.Assistant, Name = message.FilledTextOf("name"u8) };
        JsonMembers? extensions = null;
        read.IsPlainText = AssistantReading.Read(message, request.Source, read.Parts, ref extensions);
        read.Extensions = extensions;
        foreach (var part in read.Parts)
        {
            if (part is ToolCallPart { Id: AssistantReading.FunctionCallId + "0" } call)
            {
                request.LegacyFunctions = true;
                call.Id = AssistantReading.FunctionCallId + functionCalls++;
            }
        }
        return read;
    }

    private static ChatMessage Result(JsonElement message, string callId, Dialect dialect)
    {
        var read = new ChatMessage { Role = ChatRole.Tool };
        var result = new ToolResultPart { CallId = callId, Name = message.FilledTextOf("name"u8) };
        if (message.Has("content"u8, out var content))
            result.IsPlainText = PartReading.Read(content, dialect, result.Content);
        read.Parts.Add(result);
        read.Extensions = Rest(message, static name => name is "role" or "content" or "name" or "tool_call_id");
        return read;
    }

    private static JsonMembers? Rest(JsonElement message, Func<string, bool> isKnown)
    {
        JsonMembers? rest = null;
        foreach (var member in message.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !isKnown(member.Name))
                JsonMembers.Add(ref rest, member.Name, member.Value);
        }
        return rest;
    }

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
