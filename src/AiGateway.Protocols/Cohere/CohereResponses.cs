using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Cohere;

/// <summary>Reads and writes whole answers.</summary>
internal static class CohereResponses
{
    private const string NativeTokens = "usage.tokens";
    private const string NativeCached = "usage.cached_tokens";
    private const string NativeLogprobs = "logprobs.token_ids";

    public static ChatResponse Read(JsonElement root)
    {
        var message = JsonBody.Member(root, "message"u8);
        if (message.ValueKind != JsonValueKind.Object)
            throw new ChatFormatException("The answer has no 'message'.", "message");
        var candidate = new ChatCandidate();
        JsonMembers? own = null;
        CohereMessages.ReadAssistant(message, candidate.Parts, ref own, "message");
        candidate.NativeFinish = JsonBody.TextOf(root, "finish_reason"u8);
        candidate.Finish = CohereWords.FinishOf(candidate.NativeFinish);
        JsonMembers? extensions = null;
        ReadLogprobs(JsonBody.Member(root, "logprobs"u8), candidate, ref extensions);
        var usage = JsonBody.Member(root, "usage"u8);
        ReadUsageRest(usage, ref extensions);
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && member.Name is not ("id" or "message" or "finish_reason" or "logprobs" or "usage"))
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
        candidate.Extensions = own;
        var response = new ChatResponse
        {
            Source = Dialect.Cohere,
            Id = JsonBody.TextOf(root, "id"u8) ?? "",
            Usage = CohereWords.ReadUsage(usage),
            Extensions = extensions,
        };
        response.Candidates.Add(candidate);
        return response;
    }

    public static void Write(ChatResponse response, Translation translation, IBufferWriter<byte> output)
    {
        var isOwn = response.Source == Dialect.Cohere;
        var candidate = response.Candidates.Count > 0 ? response.Candidates[0] : new ChatCandidate();
        for (var i = 1; i < response.Candidates.Count; i++)
            translation.Drop($"choices[{i}]", "one answer a call");
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("id"u8, response.Id);
        writer.WriteString("finish_reason"u8, isOwn && candidate.NativeFinish is { } word ? word : CohereWords.WordOf(candidate.Finish));
        if (!isOwn && candidate.Finish is FinishReason.ContentFilter or FinishReason.Refusal or FinishReason.Pause or FinishReason.MalformedToolCall or FinishReason.ContextWindow)
            translation.Approximate("finish_reason", "the nearest of Cohere's");
        writer.WriteStartObject("message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        WriteMessage(writer, candidate, isOwn, translation);
        writer.WriteEndObject();
        WriteRest(writer, response, candidate, isOwn, translation);
        writer.WriteEndObject();
    }

    private static void ReadLogprobs(JsonElement logprobs, ChatCandidate candidate, ref JsonMembers? extensions)
    {
        if (logprobs.ValueKind != JsonValueKind.Array)
            return;
        candidate.Logprobs = [];
        foreach (var item in logprobs.EnumerateArray())
        {
            if (CohereWords.ReadLogprob(item) is { } logprob)
                candidate.Logprobs.Add(logprob);
        }
        JsonMembers.Add(ref extensions, NativeLogprobs, logprobs);
    }

    /// <summary>What is counted but not billed, for Cohere clients.</summary>
    private static void ReadUsageRest(JsonElement usage, ref JsonMembers? extensions)
    {
        var tokens = JsonBody.Member(usage, "tokens"u8);
        if (tokens.ValueKind == JsonValueKind.Object)
            JsonMembers.Add(ref extensions, NativeTokens, tokens);
        var cached = JsonBody.Member(usage, "cached_tokens"u8);
        if (cached.ValueKind == JsonValueKind.Number)
            JsonMembers.Add(ref extensions, NativeCached, cached);
    }

    private static void WriteMessage(Utf8JsonWriter writer, ChatCandidate candidate, bool isOwn, Translation translation)
    {
        var plan = candidate.Parts.Find(static part => part is ThinkingPart thinking && CohereWords.IsPlan(thinking)) as ThinkingPart;
        if (plan is not null)
            writer.WriteString("tool_plan"u8, plan.Text);
        var calls = candidate.Parts.Exists(static part => part is ToolCallPart);
        var citations = new List<(ChatCitation Citation, int Index)>();
        var isOpen = false;
        var count = 0;
        for (var i = 0; i < candidate.Parts.Count; i++)
        {
            var part = candidate.Parts[i];
            var (text, isThought) = part switch
            {
                TextPart said => (said.Text, false),
                RefusalPart refusal => (refusal.Text, false),
                ThinkingPart { Text.Length: > 0 } thinking when thinking != plan => (thinking.Text, true),
                MediaPart { Transcript: { } transcript } => (transcript, false),
                OpaquePart { Dialect: Dialect.Cohere } => ("", false),
                _ => (null, false),
            };
            if (text is null)
            {
                if (part is MediaPart or OpaquePart or ThinkingPart { Encrypted: not null })
                    translation.Drop($"choices[0].message.content[{i}]", "not known to Cohere");
                continue;
            }
            if (!isOpen)
                writer.WriteStartArray("content"u8);
            isOpen = true;
            if (part is OpaquePart opaque)
                opaque.Value.WriteTo(writer);
            else
                WriteContent(writer, text, isThought);
            foreach (var citation in (part as TextPart)?.Citations ?? [])
                citations.Add((citation, count));
            count++;
        }
        if (!isOpen && !calls)
        {
            writer.WriteStartArray("content"u8);
            isOpen = true;
            if (!isOwn)
                WriteContent(writer, "", isThought: false);
        }
        if (isOpen)
            writer.WriteEndArray();
        WriteCalls(writer, candidate, calls);
        WriteCitations(writer, candidate, citations, isOwn);
        WriteExtensions(writer, candidate.Extensions, isOwn);
    }

    private static void WriteContent(Utf8JsonWriter writer, string text, bool isThought)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, isThought ? "thinking"u8 : "text"u8);
        writer.WriteString(isThought ? "thinking"u8 : "text"u8, text);
        writer.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter writer, ChatCandidate candidate, bool any)
    {
        if (!any)
            return;
        var links = new ToolCallLinks();
        writer.WriteStartArray("tool_calls"u8);
        foreach (var part in candidate.Parts)
        {
            if (part is ToolCallPart call)
                CohereWords.WriteCall(writer, call, links.Call(call));
        }
        writer.WriteEndArray();
    }

    private static void WriteCitations(Utf8JsonWriter writer, ChatCandidate candidate, List<(ChatCitation Citation, int Index)> citations, bool isOwn)
    {
        var hasOther = isOwn && candidate.Extensions?.Find("citations[]").IsAbsent == false;
        if (citations.Count == 0 && !hasOther)
            return;
        writer.WriteStartArray("citations"u8);
        foreach (var (citation, index) in citations)
            CohereWords.WriteCitation(writer, citation, index, isOwn);
        foreach (var (name, value) in hasOther ? candidate.Extensions!.All : [])
        {
            if (name == "citations[]")
                value.WriteTo(writer);
        }
        writer.WriteEndArray();
    }

    private static void WriteExtensions(Utf8JsonWriter writer, JsonMembers? extensions, bool isOwn)
    {
        foreach (var (name, value) in isOwn && extensions is not null ? extensions.All : [])
        {
            if (name == "citations[]")
                continue;
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    private static void WriteRest(Utf8JsonWriter writer, ChatResponse response, ChatCandidate candidate, bool isOwn, Translation translation)
    {
        var own = isOwn ? response.Extensions : null;
        if (response.Usage is { } usage)
            CohereWords.WriteUsage(writer, usage, own?.Find(NativeTokens) ?? default, own?.Find(NativeCached) ?? default);
        if (own?.Find(NativeLogprobs) is { IsAbsent: false } native)
        {
            writer.WritePropertyName("logprobs"u8);
            native.WriteTo(writer);
        }
        else if (candidate.Logprobs is { } logprobs)
        {
            writer.WriteStartArray("logprobs"u8);
            foreach (var logprob in logprobs)
                CohereWords.WriteLogprob(writer, logprob);
            writer.WriteEndArray();
        }
        if (!isOwn)
        {
            translation.DropAll(response.Extensions);
            return;
        }
        foreach (var (name, value) in response.Extensions?.All ?? [])
        {
            if (name is NativeTokens or NativeCached or NativeLogprobs)
                continue;
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }
}
