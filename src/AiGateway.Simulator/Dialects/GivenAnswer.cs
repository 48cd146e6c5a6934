using System.Text.Json;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Simulator.Dialects;

/// <summary>An answer that a test gave whole, in any dialect: every conversation is answered with it, in the dialect of its path and streamed where a stream is asked for.</summary>
internal sealed class GivenAnswer
{
    private ChatResponse? _response;

    /// <summary>The answer; null for the simulator's own.</summary>
    public ChatResponse? Response => Volatile.Read(ref _response);

    /// <summary>Takes <c>{"dialect":"anthropic","body":{…}}</c>; an object without a body lifts it.</summary>
    /// <exception cref="FormatException">The dialect is unknown, or the body is no answer of it.</exception>
    public void Set(JsonElement given)
    {
        if (given.Member("body"u8) is not { } body)
        {
            Lift();
            return;
        }
        var codec = ChatCodecs.Of(given.Text("dialect"u8) switch
        {
            "openai" or null => Dialect.OpenAIChat,
            "responses" => Dialect.OpenAIResponses,
            "anthropic" => Dialect.Anthropic,
            "gemini" => Dialect.Gemini,
            "converse" => Dialect.Converse,
            "cohere" => Dialect.Cohere,
            var unknown => throw new FormatException($"'{unknown}' is no dialect. There are openai, responses, anthropic, gemini, converse and cohere."),
        });
        try
        {
            Volatile.Write(ref _response, codec.ReadResponse(JsonSerializer.SerializeToUtf8Bytes(body)));
        }
        catch (ChatFormatException defect)
        {
            throw new FormatException(defect.Message, defect);
        }
    }

    /// <summary>Back to the simulator's own answers.</summary>
    public void Lift() => Volatile.Write(ref _response, null);
}
