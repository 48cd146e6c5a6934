using System.Runtime.InteropServices;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Reads the chunks of a streamed chat completion, in the spelling of every provider.</summary>
/// <remarks>
/// Complete is a stream with a finish for each of its answers, or with <c>[DONE]</c> where no finish came at all (Snowflake):
/// Writer sends no <c>[DONE]</c>, and one that comes without the finishes that others have had ends a broken answer.
/// </remarks>
internal sealed class ChatChunkDecoder(Dialect dialect, UsageRules rules) : ChatStreamDecoder
{
    private readonly List<ChunkCandidate> _candidates = [];
    private byte[] _buffer = new byte[1024];
    private byte[] _joined = [];
    private bool _started;
    private bool _done;
    private bool _failed;

    public override bool IsComplete =>
        !_failed && _candidates.Count > 0
        && (_candidates.TrueForAll(static candidate => candidate.IsFinished) || (_done && !_candidates.Exists(static candidate => candidate.IsFinished)));

    public override void Decode(ReadOnlySpan<byte> eventBytes, List<ChatEvent> events)
    {
        var parsed = SseFraming.Parse(eventBytes);
        var data = SseFraming.WholeData(parsed, eventBytes, ref _joined);
        var trimmed = data.Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty)
            return;
        if (trimmed.SequenceEqual("[DONE]"u8))
        {
            _done = true;
            foreach (var candidate in _candidates)
                candidate.FlushCalls(events);
            return;
        }
        var isError = parsed.Name.Exists && parsed.Name.Of(eventBytes).SequenceEqual("error"u8);
        try
        {
            using var document = JsonBody.Parse(data, ref _buffer);
            Chunk(document.RootElement, data, isError, events);
        }
        catch (JsonException exception)
        {
            if (!isError)
                throw JsonBody.Broken("An event of the stream", exception);
            Fail(data, events);
        }
        catch (InvalidOperationException exception)
        {
            throw new ChatFormatException("An event of the stream holds text that is not valid Unicode.", exception);
        }
    }

    private void Fail(ReadOnlySpan<byte> body, List<ChatEvent> events)
    {
        _failed = true;
        events.Add(new ChatEvent(ChatEventKind.Error) { Error = ProviderError.Parse(0, body) });
    }

    private void Chunk(JsonElement root, ReadOnlySpan<byte> body, bool isError, List<ChatEvent> events)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            if (!isError)
                throw new ChatFormatException("An event of the stream must be a JSON object.");
            Fail(body, events);
            return;
        }
        var hasChoices = root.Has("choices"u8, out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0;
        if (hasChoices)
        {
            Start(root, events);
            foreach (var choice in choices.EnumerateArray())
                Choice(root, choice, events);
        }
        Usage(root, events);
        if (isError || (root.Has("error"u8, out var error) && error.ValueKind is not (JsonValueKind.False or JsonValueKind.Undefined) && !IsEmpty(error)))
            Fail(body, events);
    }

    private static bool IsEmpty(JsonElement error) => error.ValueKind switch
    {
        JsonValueKind.Object => !error.EnumerateObject().MoveNext(),
        JsonValueKind.String => error.ValueEquals(""u8),
        _ => false,
    };

    /// <summary>Azure's first chunk has neither a choice nor an id: the answer begins with the first choice.</summary>
    private void Start(JsonElement root, List<ChatEvent> events)
    {
        if (_started)
            return;
        _started = true;
        JsonMembers? extensions = null;
        if (root.Has("system_fingerprint"u8, out var fingerprint))
            JsonMembers.Add(ref extensions, "system_fingerprint", fingerprint);
        if (root.Has("provider"u8, out var provider))
            JsonMembers.Add(ref extensions, "provider", provider);
        events.Add(new ChatEvent(ChatEventKind.Start)
        {
            Id = root.TextOf("id"u8),
            Name = root.TextOf("model"u8),
            Created = root.WholeOf("created"u8) is { } created and > 0 ? created : null,
            ServiceTier = root.FilledTextOf("service_tier"u8),
            Extensions = extensions,
        });
    }

    private void Choice(JsonElement root, JsonElement choice, List<ChatEvent> events)
    {
        if (choice.ValueKind != JsonValueKind.Object)
            throw new ChatFormatException("A choice of the stream must be an object.", "choices");
        var candidate = CandidateOf(choice.WholeOf("index"u8) is { } index and >= 0 and <= 1024 ? (int)index : 0);
        if ((choice.Has("delta"u8, out var delta) || choice.Has("message"u8, out delta)) && delta.ValueKind == JsonValueKind.Object)
            candidate.Delta(delta, choice, dialect, events);
        if (choice.FilledTextOf("finish_reason"u8) is not { } finish)
            return;
        candidate.FlushCalls(events);
        candidate.FlushSources(ChatResponseReader.SourcesOf(root), events);
        candidate.Finish(finish, choice.TextOf("stop_reason"u8), events);

        // Moonshot's place of it.
        Usage(choice, events);
    }

    private ChunkCandidate CandidateOf(int index)
    {
        foreach (var candidate in _candidates)
        {
            if (candidate.Index == index)
                return candidate;
        }
        var added = new ChunkCandidate(index);
        _candidates.Add(added);
        return added;
    }

    private void Usage(JsonElement holder, List<ChatEvent> events)
    {
        if (!holder.Has("usage"u8, out var usage) && !(_candidates.Exists(static candidate => candidate.IsFinished) && holder.Has("x_groq"u8, out var groq) && groq.Has("usage"u8, out usage)))
            return;
        if (usage.ValueKind == JsonValueKind.Object && UsageReader.Read(JsonMarshal.GetRawUtf8Value(usage), rules) is { } read)
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = read });
    }
}
