using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Writes a whole chat completion, well-formed for the strictest of the official clients.</summary>
internal static class ChatResponseWriter
{
    public static void Write(Utf8JsonWriter json, ChatResponse response, ChatRequest request, Translation translation, Dialect dialect)
    {
        var isOwn = response.Source == dialect;
        json.WriteStartObject();
        json.WriteString("id"u8, AnswerId(response.Id, request));
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, response.Created ?? request.AnswerCreated ?? 0);
        json.WriteString("model"u8, response.Model.Length > 0 ? response.Model : request.Model);
        json.WriteStartArray("choices"u8);
        foreach (var candidate in response.Candidates)
            Candidate(json, candidate, response, request, translation, dialect, isOwn);
        json.WriteEndArray();
        if (isOwn && !response.NativeUsage.IsAbsent)
        {
            json.WritePropertyName("usage"u8);
            response.NativeUsage.WriteTo(json);
        }
        else if (response.Usage is { } usage)
        {
            UsageWriting.Write(json, usage);
        }
        if (response.ServiceTier is { } tier)
            json.WriteString("service_tier"u8, tier);
        if (isOwn)
            response.Extensions?.WriteTo(json);
        else
            translation.DropAll(response.Extensions);
        json.WriteEndObject();
    }

    /// <summary>The provider's id, or one for an answer without.</summary>
    public static string AnswerId(string? id, ChatRequest request) =>
        id is { Length: > 0 } ? id : "chatcmpl-" + (request.AnswerId ?? CallIds.Short(request.Model, 11));

    private static void Candidate(Utf8JsonWriter json, ChatCandidate candidate, ChatResponse response, ChatRequest request, Translation translation, Dialect dialect, bool isOwn)
    {
        var path = $"choices[{candidate.Index}]";
        json.WriteStartObject();
        json.WriteNumber("index"u8, candidate.Index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        var calls = candidate.Parts.Exists(static part => part is ToolCallPart);
        if (dialect == Dialect.Mistral && candidate.Parts.Exists(static part => part is ThinkingPart or OpaquePart { Dialect: Dialect.Mistral }))
            MistralContent(json, candidate.Parts);
        else
            Text(json, candidate.Parts, path, translation, isOwn, withRefusal: dialect == Dialect.Mistral);
        if (dialect != Dialect.Mistral)
        {
            if (Joined(candidate.Parts, static part => (part as RefusalPart)?.Text) is { } refusal)
                json.WriteString("refusal"u8, refusal);
            else
                json.WriteNull("refusal"u8);
            Thinking(json, isOwn ? candidate.Parts : TextSignatures.Apart(candidate.Parts, response.Source), response.Source, isOwn);
        }
        Media(json, candidate.Parts);
        if (calls)
            Calls(json, candidate, response, request, path, translation, isOwn);
        foreach (var part in candidate.Parts)
        {
            if (part is OpaquePart opaque && (opaque.Dialect != dialect || dialect != Dialect.Mistral))
                translation.Drop($"{path}.message.{opaque.Type}", "a part of its provider's own dialect");
        }
        if (isOwn)
            Extensions(json, candidate.Extensions, "message.");
        json.WriteEndObject();
        if (candidate.Logprobs is { Count: > 0 } logprobs)
            AssistantWriting.Logprobs(json, logprobs, isOwn ? candidate.Extensions?.Find("logprobs.refusal") ?? default : default);
        else
            json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, Finishes.Write(candidate.Finish, calls, request.LegacyFunctions));
        if (isOwn)
        {
            if (candidate.StopSequence is { } stop)
                json.WriteString("stop_reason"u8, stop);
            Extensions(json, candidate.Extensions, null);
        }
        else
        {
            translation.DropAll(candidate.Extensions, path);
        }
        json.WriteEndObject();
    }

    private static void Extensions(Utf8JsonWriter json, JsonMembers? extensions, string? prefix)
    {
        foreach (var (name, value) in extensions?.All ?? [])
        {
            var isInside = name.StartsWith("message.", StringComparison.Ordinal);
            if (prefix is null ? isInside || name == "logprobs.refusal" : !isInside)
                continue;
            json.WritePropertyName(name.AsSpan(prefix?.Length ?? 0));
            value.WriteTo(json);
        }
    }

    private static string? Joined(List<ChatPart> parts, Func<ChatPart, string?> textOf)
    {
        string? only = null;
        StringBuilder? several = null;
        foreach (var part in parts)
        {
            if (textOf(part) is not { } text)
                continue;
            if (only is null)
                only = text;
            else
                (several ??= new StringBuilder(only)).Append(text);
        }
        return several?.ToString() ?? only;
    }

    private static void Text(Utf8JsonWriter json, List<ChatPart> parts, string path, Translation translation, bool isOwn, bool withRefusal)
    {
        var text = Joined(parts, withRefusal ? static part => (part as TextPart)?.Text ?? (part as RefusalPart)?.Text : static part => (part as TextPart)?.Text);
        if (text is null && !parts.Exists(static part => part is ToolCallPart or RefusalPart or MediaPart))
            text = "";
        json.WriteString("content"u8, text);
        if (!parts.Exists(static part => part is TextPart { Citations.Count: > 0 }))
            return;
        json.WriteStartArray("annotations"u8);
        var shift = 0;
        foreach (var part in parts)
        {
            if (part is not TextPart cited)
                continue;
            foreach (var citation in cited.Citations ?? [])
            {
                if (!AssistantWriting.Annotation(json, citation, isOwn, shift))
                    translation.Drop($"{path}.message.annotations", "only addresses can be cited");
            }
            shift += cited.Text.Length;
        }
        json.WriteEndArray();
    }

    private static void MistralContent(Utf8JsonWriter json, List<ChatPart> parts)
    {
        json.WriteStartArray("content"u8);
        foreach (var part in parts)
        {
            switch (part)
            {
                case ThinkingPart thinking:
                    AssistantWriting.MistralThinking(json, thinking.Text, thinking.Member == "thinking" ? thinking.Signature : null);
                    break;
                case TextPart text:
                    json.WriteStartObject();
                    json.WriteString("type"u8, "text"u8);
                    json.WriteString("text"u8, text.Text);
                    json.WriteEndObject();
                    break;
                case OpaquePart { Dialect: Dialect.Mistral } opaque:
                    opaque.Value.WriteTo(json);
                    break;
            }
        }
        json.WriteEndArray();
    }

    /// <summary>Thoughts: the text in the member that most clients know, or that it came in; signatures as reasoning details, so that a client that sends them back has them all.</summary>
    private static void Thinking(Utf8JsonWriter json, List<ChatPart> parts, Dialect source, bool isOwn)
    {
        var member = "reasoning_content";
        var details = 0;
        var hasPlain = !isOwn;
        foreach (var part in parts)
        {
            if (part is not ThinkingPart thinking)
                continue;
            if (isOwn && thinking.Member is "reasoning" or "reasoning_content")
            {
                member = thinking.Member;
                hasPlain = true;
            }
            if (!thinking.Native.IsAbsent || thinking.Signature is not null || thinking.Encrypted is not null)
                details++;
        }
        if (hasPlain && Joined(parts, static part => part is ThinkingPart { Text.Length: > 0 } thinking ? thinking.Text : null) is { } text)
            json.WriteString(member, text);
        if (details == 0)
            return;
        json.WriteStartArray("reasoning_details"u8);
        var index = 0;
        foreach (var part in parts)
        {
            if (part is not ThinkingPart thinking)
                continue;
            if (isOwn && !thinking.Native.IsAbsent)
                thinking.Native.WriteTo(json);
            else if (thinking.Signature is not null || thinking.Encrypted is not null)
                ReasoningDetails.Write(json, thinking, index, thinking.SignedBy ?? source);
            index++;
        }
        json.WriteEndArray();
    }

    private static void Media(Utf8JsonWriter json, List<ChatPart> parts)
    {
        if (parts.Find(static part => part is MediaPart { Kind: MediaKind.Audio }) is MediaPart audio)
        {
            json.WriteStartObject("audio"u8);
            json.WriteString("id"u8, audio.Id ?? "audio_0");
            json.WriteString("data"u8, audio.Base64 ?? "");
            json.WriteString("transcript"u8, audio.Transcript ?? "");
            if (audio.Extensions?.Find("expires_at") is { IsAbsent: false } expires)
            {
                json.WritePropertyName("expires_at"u8);
                expires.WriteTo(json);
            }
            else
            {
                json.WriteNumber("expires_at"u8, 0);
            }
            json.WriteEndObject();
        }
        if (!parts.Exists(static part => part is MediaPart { Kind: MediaKind.Image }))
            return;
        json.WriteStartArray("images"u8);
        foreach (var part in parts)
        {
            if (part is MediaPart { Kind: MediaKind.Image } image)
                AssistantWriting.Image(json, image);
        }
        json.WriteEndArray();
    }

    private static void Calls(Utf8JsonWriter json, ChatCandidate candidate, ChatResponse response, ChatRequest request, string path, Translation translation, bool isOwn)
    {
        if (!request.LegacyFunctions)
            json.WriteStartArray("tool_calls"u8);
        var number = 0;
        foreach (var part in candidate.Parts)
        {
            if (part is not ToolCallPart call)
                continue;
            if (!request.LegacyFunctions)
                AssistantWriting.Call(json, call, call.Id.Length > 0 ? call.Id : MadeId(AnswerId(response.Id, request), candidate.Index, number), isOwn, withSignature: true);
            else if (number == 0)
                AssistantWriting.FunctionCall(json, call);
            else
                translation.Drop($"{path}.message.tool_calls[{number}]", "function_call has room for one call");
            number++;
        }
        if (!request.LegacyFunctions)
            json.WriteEndArray();
    }

    /// <summary>An id for a call without: unique among all answers, as the answer's id is.</summary>
    public static string MadeId(string answerId, int candidate, int number) => $"call_{CallIds.Short(answerId, 11)}_{candidate}_{number}";
}
