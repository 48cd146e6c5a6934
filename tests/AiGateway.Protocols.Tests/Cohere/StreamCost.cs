using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Cohere;

/// <summary>What an event allocates on its way through a codec.</summary>
internal static class StreamCost
{
    public static long PerEvent(ChatCodec codec, byte[] data)
    {
        const int Rounds = 2000;
        var decoder = codec.CreateDecoder();
        var encoder = codec.CreateEncoder(new ChatRequest { Source = codec.Dialect });
        var stream = new ChatStream(codec.Dialect);
        var given = new List<ChatEvent>();
        var steps = new List<ChatEvent>();
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        Run(200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(Rounds);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;

        void Run(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                given.Clear();
                steps.Clear();
                output.ResetWrittenCount();
                decoder.Decode(data, given);
                foreach (var step in given)
                    stream.Push(step, steps);
                foreach (var step in steps)
                    encoder.Write(step, output);
            }
        }
    }
}
