using System.Runtime.InteropServices;

namespace AiGateway.Protocols.Framing;

/// <summary>What one event of a <c>text/event-stream</c> consists of; ranges are relative to the event's bytes.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct SseEvent
{
    /// <summary>The value of the last <c>event:</c> line; <see cref="ByteRange.None"/> when there is none.</summary>
    public ByteRange Name { get; init; }

    /// <summary>The value of the first <c>data:</c> line; <see cref="ByteRange.None"/> when there is none.</summary>
    public ByteRange Data { get; init; }

    /// <summary>True when there is neither a data nor an event line: a keep-alive.</summary>
    public bool IsComment => !Data.Exists && !Name.Exists;

    /// <summary>True when the data goes over several lines: <see cref="SseFraming.JoinData"/> gives the whole.</summary>
    public bool HasMultipleDataLines { get; init; }

    /// <summary>True when there is an <c>id:</c> or <c>retry:</c> line, which must not reach OpenAI clients.</summary>
    public bool HasIdOrRetry { get; init; }
}
