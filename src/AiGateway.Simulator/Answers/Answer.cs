using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Dialects;

namespace AiGateway.Simulator.Answers;

/// <summary>What is to be sent back: a status and a body, or a stream of events.</summary>
internal sealed class Answer
{
    public const string JsonType = "application/json";
    public const string EventStreamType = "text/event-stream; charset=utf-8";

    public int Status { get; init; } = StatusCodes.Status200OK;

    public string ContentType { get; init; } = JsonType;

    /// <summary>A body that belongs to this answer; given back to the pool after it was sent.</summary>
    public PooledOutput? Body { get; init; }

    /// <summary>A body that is shared by all answers.</summary>
    public ReadOnlyMemory<byte> SharedBody { get; init; }

    /// <summary>The events of a stream, each whole with its blank line; a memory is valid until the next is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>>? Events { get; init; }

    /// <summary>The dialect it is in: decides headers, and what faults look like.</summary>
    public Dialect Dialect { get; init; } = Dialect.OpenAIChat;

    /// <summary>What faults look like where that is not as the dialect has them; null for that.</summary>
    public WireFaults? Wire { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public ReadOnlyMemory<byte> Bytes => Body is null ? SharedBody : Body.Written;
}
