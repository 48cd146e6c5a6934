using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers the legacy <c>/v1/completions</c>.</summary>
internal sealed class CompletionAnswer
{
    private readonly SimulatedRequest _request;
    private readonly Generation[] _choices;
    private readonly int _inputTokens;
    private readonly string _id;
    private readonly long _created;

    private CompletionAnswer(SimulatedRequest request, Generation[] choices, int inputTokens)
    {
        _request = request;
        _choices = choices;
        _inputTokens = inputTokens;
        _id = request.Ids.Next("cmpl-");
        _created = request.Created;
    }

    private int OutputTokens => _choices.Sum(choice => choice.OutputTokens);

    public static Answer Of(SimulatedRequest request)
    {
        var json = request.Json;
        var refusal = RequestRules.Require(json, "prompt") ?? RequestRules.CheckStream(json)
            ?? RequestRules.CheckRange(json, "n"u8, "n", 1, 128)
            ?? RequestRules.CheckRange(json, "max_tokens"u8, "max_tokens", 1, int.MaxValue);
        if (refusal is not null)
            return refusal;

        var value = json.GetProperty("prompt"u8);
        if (TextInput.Of(value) is not { } inputs)
            return RequestRules.WrongType("prompt", "one of a string, array of strings, array of integers, or array of integer arrays", value);

        // OpenAI's own default of 16 holds where nothing is asked for; several prompts are several choices each.
        var maxTokens = json.Whole("max_tokens"u8) ?? (request.AnswerTokens > 0 ? request.AnswerTokens : 16);
        var count = json.Whole("n"u8) ?? 1;
        var choices = new Generation[inputs.Count * count];
        for (var index = 0; index < choices.Length; index++)
        {
            var prompt = Prompt.OfText(inputs[index / count].Text, (ulong)request.Options.Seed);
            choices[index] = Generation.Of(request, prompt, null, maxTokens, index % count);
        }
        var completion = new CompletionAnswer(request, choices, inputs.Sum(input => input.Tokens));
        var streamed = json.Truth("stream"u8) == true;
        return new Answer
        {
            ContentType = streamed ? Answer.EventStreamType : Answer.JsonType,
            Events = streamed ? completion.Events() : null,
            Body = streamed ? null : completion.Whole(),
            InputTokens = completion._inputTokens,
            OutputTokens = completion.OutputTokens,
        };
    }

    private PooledOutput Whole()
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        WriteHead(json);
        json.WriteStartArray("choices"u8);
        for (var index = 0; index < _choices.Length; index++)
            WriteChoice(json, index, _choices[index].Text, _choices[index].FinishReason);
        json.WriteEndArray();
        if (_request.ReportsUsage)
            UsageText.WriteChat(json, _inputTokens, 0, OutputTokens, _choices.Sum(choice => choice.ReasoningTokens));
        json.WriteEndObject();
        json.Flush();
        return body;
    }

    private IEnumerable<ReadOnlyMemory<byte>> Events()
    {
        using var output = PooledOutput.Rent();
        var includeUsage = _request.ReportsUsage && _request.Json.Member("stream_options"u8)?.Truth("include_usage"u8) == true;
        for (var index = 0; index < _choices.Length; index++)
        {
            var text = _choices[index].Text;
            for (var at = 0; at < text.Length;)
            {
                var end = SimulatedText.ChunkEnd(text, at);
                yield return Chunk(output, index, text[at..end], null, includeUsage);
                at = end;
            }
            yield return Chunk(output, index, "", _choices[index].FinishReason, includeUsage);
        }
        if (includeUsage)
        {
            var json = EventText.Start(output);
            WriteHead(json);
            json.WriteStartArray("choices"u8);
            json.WriteEndArray();
            UsageText.WriteChat(json, _inputTokens, 0, OutputTokens, _choices.Sum(choice => choice.ReasoningTokens));
            json.WriteEndObject();
            yield return EventText.End(output, json);
        }
        yield return EventText.Done;
    }

    private ReadOnlyMemory<byte> Chunk(PooledOutput output, int index, string text, string? finish, bool includeUsage)
    {
        var json = EventText.Start(output);
        WriteHead(json);
        json.WriteStartArray("choices"u8);
        WriteChoice(json, index, text, finish);
        json.WriteEndArray();
        if (includeUsage)
            json.WriteNull("usage"u8);
        json.WriteEndObject();
        return EventText.End(output, json);
    }

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, _created);
        json.WriteString("model"u8, _request.Model);
    }

    private static void WriteChoice(Utf8JsonWriter json, int index, string text, string? finish)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNumber("index"u8, index);
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, finish);
        json.WriteEndObject();
    }
}
