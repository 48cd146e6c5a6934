using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>Reads damaged bytes, and writes what could be read: all but <see cref="ChatFormatException"/> fails the test.</summary>
internal static class Damage
{
    public static void Request(OpenAIChatCodec codec, byte[] body)
    {
        try
        {
            var request = codec.ReadRequest(body);
            ChatTesting.Written(request, new Translation(), OpenAIChatCodec.Instance);
            ChatTesting.Written(request, new Translation(), OpenAIChatCodec.Mistral);
        }
        catch (ChatFormatException)
        {
            // As it should be.
        }
    }

    public static void Response(OpenAIChatCodec codec, byte[] body)
    {
        try
        {
            var response = codec.ReadResponse(body);
            ChatTesting.Written(response, codec: OpenAIChatCodec.Instance);
            ChatTesting.Written(response, codec: OpenAIChatCodec.Mistral);
            var steps = new List<ChatEvent>();
            ChatStream.Replay(response, steps);
            ChatTesting.Encode(steps);
        }
        catch (ChatFormatException)
        {
            // As it should be.
        }
    }

    public static void Stream(OpenAIChatCodec codec, byte[] body)
    {
        try
        {
            var (events, _, _) = ChatTesting.Decode(body, codec);
            foreach (var chunk in ChatTesting.Chunks(ChatTesting.Encode(events)))
                Assert.NotNull(chunk);
        }
        catch (ChatFormatException)
        {
            // As it should be.
        }
    }
}
