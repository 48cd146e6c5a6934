using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Simulator.Dialects;

/// <summary>Anthropic tells what the input costs when the stream begins: <c>message_start</c> has its tokens and one of output.</summary>
internal static class AnthropicStart
{
    public static ChatEvent With(in ChatEvent step, ChatRequest chat, ChatResponse response, ChatCodec codec)
    {
        if (response.Usage is not { } usage)
            return step;
        var empty = new ChatResponse { Source = response.Source, Id = response.Id, Model = response.Model, Usage = usage with { OutputTokens = 1, ReasoningTokens = 0 } };
        empty.Candidates.Add(new ChatCandidate());
        var output = new ArrayBufferWriter<byte>();
        codec.WriteResponse(empty, chat, new Translation { Model = response.Model }, output);
        using var document = JsonDocument.Parse(output.WrittenMemory);
        var message = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(message))
        {
            json.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.NameEquals("stop_reason"u8))
                    json.WriteNull("stop_reason"u8);
                else
                    member.WriteTo(json);
            }
            json.WriteEndObject();
        }
        return step with { Data = new OpaquePart(Dialect.Anthropic, "message", JsonValue.Of(JsonDocument.Parse(message.WrittenMemory).RootElement)) };
    }
}
