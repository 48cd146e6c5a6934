using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers <c>/v1/chat/completions</c>.</summary>
internal sealed class ChatAnswer
{
    private readonly SimulatedRequest _request;
    private readonly Prompt _prompt;
    private readonly Generation[] _choices;
    private readonly string _id;
    private readonly long _created;
    private readonly bool _logProbabilities;

    private ChatAnswer(SimulatedRequest request, Prompt prompt, Generation[] choices)
    {
        _request = request;
        _prompt = prompt;
        _choices = choices;
        _id = request.Ids.Next("chatcmpl-");
        _created = request.Created;
        _logProbabilities = request.Json.Truth("logprobs"u8) == true;
    }

    private int OutputTokens
    {
        get
        {
            var sum = 0;
            foreach (var choice in _choices)
                sum += choice.OutputTokens;
            return sum;
        }
    }

    public static Answer Of(SimulatedRequest request)
    {
        if (ChatValidator.Check(request.Json) is { } refusal)
            return refusal;

        var json = request.Json;
        var prompt = Prompt.OfMessages(json, json.GetProperty("messages"u8), (ulong)request.Options.Seed);
        var maxTokens = json.Whole("max_completion_tokens"u8) ?? json.Whole("max_tokens"u8);
        var choices = new Generation[json.Whole("n"u8) ?? 1];
        for (var index = 0; index < choices.Length; index++)
            choices[index] = Generation.Of(request, prompt, json.Member("response_format"u8), maxTokens, index);
        var chat = new ChatAnswer(request, prompt, choices);

        if (json.Truth("stream"u8) == true)
            return new Answer { ContentType = Answer.EventStreamType, Events = chat.Events(), InputTokens = prompt.InputTokens, OutputTokens = chat.OutputTokens };
        return new Answer { Body = chat.Whole(), InputTokens = prompt.InputTokens, OutputTokens = chat.OutputTokens };
    }

    private PooledOutput Whole()
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        WriteHead(json, "chat.completion"u8);
        json.WriteStartArray("choices"u8);
        for (var index = 0; index < _choices.Length; index++)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            WriteMessage(json, _choices[index]);
            WriteLogProbabilities(json, _choices[index].Text);
            json.WriteString("finish_reason"u8, _choices[index].FinishReason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (_request.ReportsUsage)
            WriteUsage(json);
        if (_request.Route.IsAzure)
            WritePromptFilter(json);
        json.WriteString("service_tier"u8, "default"u8);
        json.WriteString("system_fingerprint"u8, _request.SystemFingerprint);
        json.WriteEndObject();
        json.Flush();
        return body;
    }

    private IEnumerable<ReadOnlyMemory<byte>> Events()
    {
        using var output = PooledOutput.Rent();
        var includeUsage = _request.ReportsUsage && _request.Json.Member("stream_options"u8)?.Truth("include_usage"u8) == true;
        if (_request.Route.IsAzure)
            yield return PromptFilterEvent(output);

        for (var index = 0; index < _choices.Length; index++)
            yield return Chunk(output, index, includeUsage, (null, null, true, null));

        for (var index = 0; index < _choices.Length; index++)
        {
            var choice = _choices[index];
            for (var at = 0; at < choice.Text.Length;)
            {
                var end = SimulatedText.ChunkEnd(choice.Text, at);
                yield return Chunk(output, index, includeUsage, (choice.Text[at..end], null, false, null));
                at = end;
            }
            for (var call = 0; call < choice.Calls.Count; call++)
            {
                var arguments = choice.Calls[call].Arguments;
                yield return Chunk(output, index, includeUsage, (null, (call, choice.Calls[call], ""), false, null));
                for (var at = 0; at < arguments.Length; at += 8)
                    yield return Chunk(output, index, includeUsage, (null, (call, null, arguments[at..Math.Min(at + 8, arguments.Length)]), false, null));
            }
            yield return Chunk(output, index, includeUsage, (null, null, false, choice.FinishReason));
        }

        if (includeUsage)
            yield return UsageEvent(output);
        yield return EventText.Done;
    }

    private ReadOnlyMemory<byte> Chunk(
        PooledOutput output, int index, bool includeUsage, (string? Text, (int Index, ToolCall? Call, string Arguments)? Call, bool IsFirst, string? Finish) delta)
    {
        var json = EventText.Start(output);
        WriteHead(json, "chat.completion.chunk"u8);
        json.WriteString("service_tier"u8, "default"u8);
        json.WriteString("system_fingerprint"u8, _request.SystemFingerprint);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("delta"u8);
        if (delta.IsFirst)
        {
            json.WriteString("role"u8, "assistant"u8);
            if (_choices[index].Calls.Count > 0)
                json.WriteNull("content"u8);
            else
                json.WriteString("content"u8, ""u8);
            json.WriteNull("refusal"u8);
        }
        if (delta.Text is not null)
            json.WriteString("content"u8, delta.Text);
        if (delta.Call is { } call)
            WriteCallDelta(json, call.Index, call.Call, call.Arguments);
        json.WriteEndObject();
        WriteLogProbabilities(json, delta.Text);
        json.WriteString("finish_reason"u8, delta.Finish);
        json.WriteEndObject();
        json.WriteEndArray();
        if (includeUsage)
            json.WriteNull("usage"u8);
        json.WriteEndObject();
        return EventText.End(output, json);
    }

    private static void WriteCallDelta(Utf8JsonWriter json, int index, ToolCall? call, string arguments)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        if (call is not null)
        {
            json.WriteString("id"u8, call.Id);
            json.WriteString("type"u8, "function"u8);
        }
        json.WriteStartObject("function"u8);
        if (call is not null)
            json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private ReadOnlyMemory<byte> UsageEvent(PooledOutput output)
    {
        var json = EventText.Start(output);
        WriteHead(json, "chat.completion.chunk"u8);
        json.WriteString("service_tier"u8, "default"u8);
        json.WriteString("system_fingerprint"u8, _request.SystemFingerprint);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        WriteUsage(json);
        json.WriteEndObject();
        return EventText.End(output, json);
    }

    // Azure's first event has no id, no model and no choice.
    private static ReadOnlyMemory<byte> PromptFilterEvent(PooledOutput output)
    {
        var json = EventText.Start(output);
        json.WriteStartObject();
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        json.WriteNumber("created"u8, 0);
        json.WriteString("id"u8, ""u8);
        json.WriteString("model"u8, ""u8);
        json.WriteString("object"u8, ""u8);
        WritePromptFilter(json);
        json.WriteEndObject();
        return EventText.End(output, json);
    }

    private void WriteHead(Utf8JsonWriter json, ReadOnlySpan<byte> kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, _created);
        json.WriteString("model"u8, _request.Model);
    }

    private static void WriteMessage(Utf8JsonWriter json, Generation choice)
    {
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (choice.Calls.Count > 0)
        {
            json.WriteNull("content"u8);
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in choice.Calls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.Id);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, call.Name);
                json.WriteString("arguments"u8, call.Arguments);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("content"u8, choice.Text);
        }
        json.WriteNull("refusal"u8);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // One entry for the whole text: enough to see that the member is passed on.
    private void WriteLogProbabilities(Utf8JsonWriter json, string? text)
    {
        if (!_logProbabilities || string.IsNullOrEmpty(text))
        {
            json.WriteNull("logprobs"u8);
            return;
        }
        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("token"u8, text);
        json.WriteNumber("logprob"u8, -0.5);
        json.WriteNull("bytes"u8);
        json.WriteStartArray("top_logprobs"u8);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        var reasoning = 0;
        foreach (var choice in _choices)
            reasoning += choice.ReasoningTokens;
        UsageText.WriteChat(json, _prompt.InputTokens, _prompt.AudioTokens, OutputTokens, reasoning);
    }

    private static void WritePromptFilter(Utf8JsonWriter json)
    {
        json.WritePropertyName("prompt_filter_results"u8);
        json.WriteRawValue("""[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}}]"""u8, skipInputValidation: true);
    }
}
