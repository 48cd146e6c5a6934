using System.Text;
using System.Text.Json;

namespace AiGateway.Simulator.Answers;

/// <summary>The event sequence of a streamed response, from <c>response.created</c> to <c>response.completed</c>, numbered throughout.</summary>
internal sealed class ResponseEvents(SimulatedResponse response)
{
    private int _number;

    public IEnumerable<ReadOnlyMemory<byte>> All()
    {
        using var output = PooledOutput.Rent();
        yield return Whole(output, "response.created", response.IsBackground ? "queued" : "in_progress");
        yield return Whole(output, "response.in_progress", "in_progress");

        var at = 0;
        var generation = response.Generation;
        if (generation.ReasoningTokens > 0)
        {
            yield return Reasoning(output, "response.output_item.added", at);
            yield return Reasoning(output, "response.output_item.done", at++);
        }
        if (generation.Calls.Count == 0)
        {
            foreach (var item in Message(output, at, generation.Text))
                yield return item;
        }
        for (var index = 0; index < generation.Calls.Count; index++)
        {
            foreach (var item in Call(output, at + index, index, generation.Calls[index]))
                yield return item;
        }
        response.Proceed();
        yield return Whole(output, "response." + response.FinalStatus, response.FinalStatus);
    }

    private IEnumerable<ReadOnlyMemory<byte>> Message(PooledOutput output, int at, string text)
    {
        yield return Item(output, "response.output_item.added", at, 0, isDone: false);
        yield return Part(output, "response.content_part.added", at, "");
        for (var start = 0; start < text.Length;)
        {
            var end = SimulatedText.ChunkEnd(text, start);
            yield return Text(output, "response.output_text.delta", "delta", at, text[start..end]);
            start = end;
        }
        yield return Text(output, "response.output_text.done", "text", at, text);
        yield return Part(output, "response.content_part.done", at, text);
        yield return Item(output, "response.output_item.done", at, 0, isDone: true);
    }

    private IEnumerable<ReadOnlyMemory<byte>> Call(PooledOutput output, int at, int index, ToolCall call)
    {
        const int Piece = 8;
        yield return Item(output, "response.output_item.added", at, index, isDone: false);
        for (var start = 0; start < call.Arguments.Length; start += Piece)
            yield return Arguments(output, "response.function_call_arguments.delta", "delta", at, index, call.Arguments[start..Math.Min(start + Piece, call.Arguments.Length)]);
        yield return Arguments(output, "response.function_call_arguments.done", "arguments", at, index, call.Arguments);
        yield return Item(output, "response.output_item.done", at, index, isDone: true);
    }

    private ReadOnlyMemory<byte> Whole(PooledOutput output, string type, string status)
    {
        var json = Start(output, type);
        json.WritePropertyName("response"u8);
        response.Write(json, status);
        return End(output, json);
    }

    private ReadOnlyMemory<byte> Reasoning(PooledOutput output, string type, int at)
    {
        var json = Start(output, type);
        json.WriteNumber("output_index"u8, at);
        json.WritePropertyName("item"u8);
        response.WriteReasoning(json);
        return End(output, json);
    }

    private ReadOnlyMemory<byte> Item(PooledOutput output, string type, int at, int index, bool isDone)
    {
        var json = Start(output, type);
        json.WriteNumber("output_index"u8, at);
        json.WritePropertyName("item"u8);
        response.WriteItem(json, index, isDone);
        return End(output, json);
    }

    private ReadOnlyMemory<byte> Part(PooledOutput output, string type, int at, string text)
    {
        var json = Start(output, type);
        json.WriteString("item_id"u8, response.ItemId);
        json.WriteNumber("output_index"u8, at);
        json.WriteNumber("content_index"u8, 0);
        json.WritePropertyName("part"u8);
        SimulatedResponse.WriteTextPart(json, text);
        return End(output, json);
    }

    private ReadOnlyMemory<byte> Text(PooledOutput output, string type, string member, int at, string text)
    {
        var json = Start(output, type);
        json.WriteString("item_id"u8, response.ItemId);
        json.WriteNumber("output_index"u8, at);
        json.WriteNumber("content_index"u8, 0);
        json.WriteString(member, text);
        json.WriteStartArray("logprobs"u8);
        json.WriteEndArray();
        return End(output, json);
    }

    private ReadOnlyMemory<byte> Arguments(PooledOutput output, string type, string member, int at, int index, string text)
    {
        var json = Start(output, type);
        json.WriteString("item_id"u8, response.ItemIdOf(index));
        json.WriteNumber("output_index"u8, at);
        json.WriteString(member, text);
        return End(output, json);
    }

    private Utf8JsonWriter Start(PooledOutput output, string type)
    {
        var json = EventText.Start(output, Encoding.UTF8.GetBytes(type));
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteNumber("sequence_number"u8, _number++);
        return json;
    }

    private static ReadOnlyMemory<byte> End(PooledOutput output, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        return EventText.End(output, json);
    }
}
