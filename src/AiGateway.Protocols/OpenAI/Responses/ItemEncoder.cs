using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes one part of a streamed answer.</summary>
internal abstract class ItemEncoder
{
    /// <summary>More of it.</summary>
    public abstract void Delta(in ChatEvent step, IBufferWriter<byte> output);

    /// <summary>It is whole.</summary>
    public abstract void End(IBufferWriter<byte> output);
}
