using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads the events of streamGenerateContent?alt=sse. Each is a whole answer that holds what is new; usage is cumulative.</summary>
/// <remarks>There is no closing event: the answer is complete when each candidate that was seen has its finish reason.</remarks>
internal sealed class GeminiStreamDecoder : ChatStreamDecoder
{
    private readonly List<Candidate> _candidates = [];
    private bool _isStarted;
    private byte[] _joined = [];
    private bool _isOver;
    private int _searches;
    private Usage? _usage;
    private string? _tier;
    private string? _responseId;

    public override bool IsComplete => _isOver || (_candidates.Count > 0 && _candidates.TrueForAll(static candidate => candidate.IsFinished));

    public override void Decode(ReadOnlySpan<byte> eventBytes, List<ChatEvent> events)
    {
        var data = SseFraming.WholeData(SseFraming.Parse(eventBytes), eventBytes, ref _joined);

        // Copies of the dialect have been seen to close as OpenAI does.
        if (data.IsEmpty || data.SequenceEqual("[DONE]"u8))
            return;
        try
        {
            var reader = new Utf8JsonReader(data);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
                throw new ChatFormatException("An event of the stream holds more than one JSON value.");
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ChatFormatException("An event of the stream must be a JSON object.");
            Read(document.RootElement, data, events);
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            throw JsonBody.Broken("An event of the stream", exception);
        }
    }

    private void Read(JsonElement chunk, ReadOnlySpan<byte> data, List<ChatEvent> events)
    {
        JsonElement candidates = default;
        JsonElement usage = default;
        JsonElement feedback = default;
        JsonElement created = default;
        string? id = null;
        string? model = null;
        foreach (var member in chunk.EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "error" when member.Value.ValueKind == JsonValueKind.Object:
                    _isOver = true;
                    events.Add(new ChatEvent(ChatEventKind.Error) { Error = GeminiErrors.Read(0, data) });
                    return;
                case "candidates":
                    candidates = member.Value;
                    break;
                case "usageMetadata":
                    usage = member.Value;
                    break;
                case "promptFeedback":
                    feedback = member.Value;
                    break;
                case "createTime":
                    created = member.Value;
                    break;
                case "responseId" when !_isStarted:
                    id = JsonBody.TextOrNull(member.Value);
                    break;
                case "modelVersion" when !_isStarted:
                    model = JsonBody.TextOrNull(member.Value);
                    break;
                default:
                    break;
            }
        }
        var counted = GeminiUsage.Read(usage, out var tier, rest: null);
        if (!_isStarted || (tier is not null && !string.Equals(tier, _tier, StringComparison.Ordinal)))
        {
            // Said again when the tier comes late, with the usage of the last event.
            _isStarted = true;
            _tier = tier;
            _responseId ??= id;
            events.Add(new ChatEvent(ChatEventKind.Start) { Id = id, Name = model, Created = GeminiResponseReader.Seconds(created), ServiceTier = tier });
        }
        if (candidates.ValueKind == JsonValueKind.Array)
        {
            foreach (var candidate in candidates.EnumerateArray())
                ReadCandidate(GeminiJson.Object(candidate, "candidates[]"), events);
        }
        if (_candidates.Count == 0 && JsonBody.TextOrNull(GeminiNames.Find(feedback, "blockReason")) is { } blocked)
        {
            _isOver = true;
            events.Add(new ChatEvent(ChatEventKind.Finish) { Finish = FinishReason.ContentFilter, Text = blocked });
        }
        if (counted is not null)
            _usage = counted;
        if (counted is not null || (_searches > 0 && _usage is not null && _usage.WebSearches != _searches))
        {
            if (_searches > 0)
                _usage = _usage! with { WebSearches = _searches };
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = _usage });
        }
    }

    private void ReadCandidate(JsonElement element, List<ChatEvent> events)
    {
        JsonElement content = default;
        JsonElement grounding = default;
        JsonElement citations = default;
        JsonElement logprobs = default;
        string? finish = null;
        long index = 0;
        foreach (var member in element.EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "content":
                    content = member.Value;
                    break;
                case "finishReason":
                    finish = JsonBody.TextOrNull(member.Value);
                    break;
                case "index":
                    GeminiJson.TryLong(member.Value, out index);
                    break;
                case "groundingMetadata":
                    grounding = member.Value;
                    break;
                case "citationMetadata":
                    citations = member.Value;
                    break;
                case "logprobsResult":
                    logprobs = member.Value;
                    break;
                default:
                    break;
            }
        }
        var candidate = CandidateOf(index is >= 0 and < 4096 ? (int)index : 0);
        candidate.Logprobs = logprobs.ValueKind == JsonValueKind.Object ? GeminiLogprobs.Read(logprobs) : null;
        var parts = GeminiNames.Find(content, "parts");
        if (parts.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in parts.EnumerateArray())
                ReadPart(part, candidate, events);
        }
        if (candidate.Logprobs is not null)
            candidate.Delta(ChatPartKind.Text, "", signature: null, events);
        if (grounding.ValueKind == JsonValueKind.Object)
            _searches = Math.Max(_searches, GeminiGrounding.Read(grounding, candidate.TextOf, (_, citation) => candidate.Cite(citation, events)));
        if (citations.ValueKind == JsonValueKind.Object)
            GeminiGrounding.ReadCitations(citations, candidate.TextOf, (_, citation) => candidate.Cite(citation, events));
        if (finish is not null)
        {
            candidate.IsFinished = true;
            events.Add(new ChatEvent(ChatEventKind.Finish) { Candidate = candidate.Index, Finish = GeminiFinish.Of(finish, candidate.HasCalls), Text = finish });
        }
    }

    private static void ReadPart(JsonElement element, Candidate candidate, List<ChatEvent> events)
    {
        var part = GeminiPartReader.Read(element, candidate.Ids);
        switch (part)
        {
            case TextPart { Text.Length: 0, Signature: null }:
                break;
            case TextPart text:
                candidate.Delta(ChatPartKind.Text, text.Text, text.Signature, events);
                break;
            case ThinkingPart thinking:
                candidate.Delta(ChatPartKind.Thinking, thinking.Text, thinking.Signature, events);
                break;
            case ToolCallPart call:
                candidate.Call(call, events);
                break;
            case MediaPart:
                candidate.Whole(ChatPartKind.Media, part, events);
                break;
            default:
                candidate.Whole(ChatPartKind.Opaque, part, events);
                break;
        }
    }

    private Candidate CandidateOf(int index)
    {
        foreach (var known in _candidates)
        {
            if (known.Index == index)
                return known;
        }
        var candidate = new Candidate(index, new GeminiCallIds(GeminiResponseReader.Scope(_responseId, index)));
        _candidates.Add(candidate);
        return candidate;
    }

    /// <summary>What of a candidate must be remembered between events.</summary>
    private sealed class Candidate(int index, GeminiCallIds ids)
    {
        /// <summary>All text so far: places of sources are counted in it.</summary>
        private readonly StringBuilder _text = new();
        private string _whole = "";
        private int _key = -1;
        private ChatPartKind? _open;
        private int _textKey = -1;

        public int Index { get; } = index;

        public GeminiCallIds Ids { get; } = ids;

        public bool HasCalls { get; private set; }

        public bool IsFinished { get; set; }

        /// <summary>Log probabilities that came with this event and wait for its text.</summary>
        public List<TokenLogprob>? Logprobs { get; set; }

        public string? TextOf(int part)
        {
            if (_whole.Length != _text.Length)
                _whole = _text.ToString();
            return _whole;
        }

        /// <summary>More text or thought. A signature closes the part: Google forbids to join a signed part with what follows.</summary>
        public void Delta(ChatPartKind kind, string text, string? signature, List<ChatEvent> events)
        {
            if (_open != kind)
            {
                _open = kind;
                _key++;
            }
            IReadOnlyList<TokenLogprob>? logprobs = null;
            if (kind == ChatPartKind.Text)
            {
                _textKey = _key;
                _text.Append(text);
                logprobs = Logprobs;
                Logprobs = null;
            }
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Candidate = Index, Part = _key, PartKind = kind, Text = text, Signature = signature, Logprobs = logprobs });
            if (signature is not null)
                _open = null;
        }

        public void Call(ToolCallPart call, List<ChatEvent> events)
        {
            HasCalls = true;
            Open();
            events.Add(new ChatEvent(ChatEventKind.PartStart) { Candidate = Index, Part = _key, PartKind = ChatPartKind.ToolCall, Id = call.Id, Name = call.Name, Signature = call.Signature, Data = call });
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Candidate = Index, Part = _key, PartKind = ChatPartKind.ToolCall, Text = call.Arguments });
            events.Add(new ChatEvent(ChatEventKind.PartEnd) { Candidate = Index, Part = _key, PartKind = ChatPartKind.ToolCall });
        }

        public void Whole(ChatPartKind kind, ChatPart part, List<ChatEvent> events)
        {
            Open();
            events.Add(new ChatEvent(ChatEventKind.PartStart) { Candidate = Index, Part = _key, PartKind = kind, Data = part, Signature = part.Signature });
            events.Add(new ChatEvent(ChatEventKind.PartEnd) { Candidate = Index, Part = _key, PartKind = kind });
        }

        public void Cite(ChatCitation citation, List<ChatEvent> events)
        {
            if (_textKey >= 0)
                events.Add(new ChatEvent(ChatEventKind.PartDelta) { Candidate = Index, Part = _textKey, PartKind = ChatPartKind.Text, Citation = citation });
        }

        private void Open()
        {
            _open = null;
            _key++;
        }
    }
}
