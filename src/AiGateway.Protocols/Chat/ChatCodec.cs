using System.Buffers;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Chat;

/// <summary>Reads and writes one dialect. Codecs have no state: one instance serves all.</summary>
/// <remarks>
/// Reading throws <see cref="ChatFormatException"/> and nothing else, whatever the bytes are. Writing never fails: what the
/// dialect cannot say is dropped or approximated, and named in <see cref="Translation"/>. A request and an answer that are
/// written back to the dialect they were read from lose nothing but what docs/features/translation.md lists.
/// </remarks>
public abstract class ChatCodec
{
    /// <summary>The dialect.</summary>
    public abstract Dialect Dialect { get; }

    /// <summary>How its streams are cut into events.</summary>
    public abstract StreamFraming Framing { get; }

    /// <summary>Whether one request may ask a model for several answers.</summary>
    /// <param name="model">The model's own name.</param>
    public virtual bool GivesSeveralAnswers(string model) => false;

    /// <summary>Reads a request.</summary>
    /// <exception cref="ChatFormatException">It cannot be read.</exception>
    public abstract ChatRequest ReadRequest(ReadOnlyMemory<byte> body);

    /// <summary>Writes a request.</summary>
    public abstract void WriteRequest(ChatRequest request, Translation translation, IBufferWriter<byte> output);

    /// <summary>Reads a whole answer of a status below 300.</summary>
    /// <exception cref="ChatFormatException">It is no answer.</exception>
    public abstract ChatResponse ReadResponse(ReadOnlyMemory<byte> body);

    /// <summary>Writes a whole answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="request">What was asked: some dialects repeat parts of it.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <param name="output">Where to.</param>
    public abstract void WriteResponse(ChatResponse response, ChatRequest request, Translation translation, IBufferWriter<byte> output);

    /// <summary>Starts reading a streamed answer.</summary>
    public abstract ChatStreamDecoder CreateDecoder();

    /// <summary>Starts writing a streamed answer.</summary>
    /// <param name="request">What was asked.</param>
    public abstract ChatStreamEncoder CreateEncoder(ChatRequest request);

    /// <summary>Reads an error answer, or the error in a stream's event.</summary>
    /// <param name="status">The HTTP status; 0 for an error inside a stream.</param>
    /// <param name="body">The body.</param>
    public virtual ProviderError ReadError(int status, ReadOnlySpan<byte> body) => ProviderError.Parse(status, body);
}

/// <summary>How a dialect's stream is cut into events.</summary>
public enum StreamFraming
{
    /// <summary>Server-sent events.</summary>
    Sse,

    /// <summary>One JSON object a line.</summary>
    Lines,

    /// <summary>AWS event stream frames.</summary>
    AwsEventStream,
}

/// <summary>Reads one streamed answer.</summary>
public abstract class ChatStreamDecoder
{
    /// <summary>Reads one whole event as the framing cut it (SSE lines with their blank line, a line, a frame).</summary>
    /// <param name="eventBytes">The event.</param>
    /// <param name="events">Takes the steps it means; none for comments and pings.</param>
    /// <exception cref="ChatFormatException">It is no event of this dialect.</exception>
    public abstract void Decode(ReadOnlySpan<byte> eventBytes, List<ChatEvent> events);

    /// <summary>Whether the dialect's own closing event came. Where a dialect has none, a finish reason counts.</summary>
    public abstract bool IsComplete { get; }
}

/// <summary>Writes one streamed answer. Sees events in the order that <see cref="ChatStream"/> guarantees: Start, then parts one after another per candidate (PartStart, PartDelta…, PartEnd), a Finish per candidate, perhaps Usage, then End; or an Error at any place, as the last.</summary>
public abstract class ChatStreamEncoder
{
    /// <summary>Writes what one step is in this dialect: nothing, one event or several.</summary>
    public abstract void Write(in ChatEvent step, IBufferWriter<byte> output);
}
