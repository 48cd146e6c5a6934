using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes an item of one of the provider's own tools, whole: what happened while it ran is not repeated.</summary>
internal sealed class OpaqueEncoder(EventWriter events, OpaquePart part) : ItemEncoder
{
    public override void Delta(in ChatEvent step, IBufferWriter<byte> output)
    {
        // It is whole from the start.
    }

    public override void End(IBufferWriter<byte> output)
    {
        events.Add(output, part.Value.WriteTo);
        events.Finish(output, part.Value.WriteTo);
    }
}
