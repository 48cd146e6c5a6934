using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Writes a streamed answer: as server-sent events (<c>alt=sse</c>), or as one JSON array, element by element, which Google sends without that parameter.</summary>
/// <remarks>
/// Text goes out as it comes. Calls go out whole, since the dialect has no pieces of arguments, and media too. Finish reasons
/// wait for the usage, which Google sends with them.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A writer over memory holds nothing to give back.")]
internal sealed class GeminiStreamEncoder : ChatStreamEncoder
{
    private readonly bool _asArray;
    private readonly ArrayBufferWriter<byte> _scratch = new(512);
    private readonly Utf8JsonWriter _writer;
    private readonly List<Candidate> _candidates = [];
    private string? _id;
    private string? _model;
    private long? _created;
    private string? _tier;
    private bool _isOwn;
    private bool _any;
    private bool _over;

    /// <param name="asArray">True for the array form.</param>
    public GeminiStreamEncoder(bool asArray)
    {
        _asArray = asArray;
        _writer = new Utf8JsonWriter(_scratch, JsonText.WriterOptions);
    }

    public override void Write(in ChatEvent step, IBufferWriter<byte> output)
    {
        switch (step.Kind)
        {
            case ChatEventKind.Start:
                _id = step.Id;
                _model = step.Name;
                _created = step.Created;
                _tier = step.ServiceTier;
                _isOwn = step.Source == Dialect.Gemini;
                break;
            case ChatEventKind.PartStart:
                CandidateOf(step.Candidate).Begin(step);
                break;
            case ChatEventKind.PartDelta:
                Delta(CandidateOf(step.Candidate), step, output);
                break;
            case ChatEventKind.PartEnd:
                End(CandidateOf(step.Candidate), step, output);
                break;
            case ChatEventKind.Finish:
                var finished = CandidateOf(step.Candidate);
                finished.Finish = GeminiFinish.Name(step.Finish, step.Text);
                break;
            case ChatEventKind.Usage:
                WriteFinishes(step.Usage, output);
                break;
            case ChatEventKind.End:
                WriteFinishes(usage: null, output);
                Close(output);
                break;
            case ChatEventKind.Error:
                WriteError(step, output);
                break;
            default:
                break;
        }
    }

    private void Delta(Candidate candidate, in ChatEvent step, IBufferWriter<byte> output)
    {
        var signature = _isOwn ? step.Signature : null;
        switch (step.PartKind)
        {
            case ChatPartKind.Text or ChatPartKind.Refusal or ChatPartKind.Thinking:
                candidate.Text.Append(step.PartKind == ChatPartKind.Thinking ? null : step.Text);
                if (step.Citation is { } citation)
                    candidate.Citations.Add(citation);
                if (string.IsNullOrEmpty(step.Text) && signature is null && step.Logprobs is null)
                    break;
                BeginChunk(candidate.Index);
                GeminiPartWriter.Text(_writer, step.Text ?? "", step.PartKind == ChatPartKind.Thinking, signature, members: null);
                EndChunk(step.Logprobs, output);
                break;
            case ChatPartKind.ToolCall:
                candidate.Arguments.Append(step.Text);
                if (step.Signature is not null)
                    candidate.Signature += step.Signature;
                break;
            case ChatPartKind.Media:
                candidate.Arguments.Append(step.Text);
                if (step.Data is MediaPart { Transcript: { Length: > 0 } transcript })
                    candidate.Transcript += transcript;
                if (step.Data is MediaPart more && candidate.Data is null)
                    candidate.Data = more;
                break;
            default:
                break;
        }
    }

    private void End(Candidate candidate, in ChatEvent step, IBufferWriter<byte> output)
    {
        var signature = _isOwn ? candidate.Signature ?? step.Signature : null;
        switch (step.PartKind)
        {
            case ChatPartKind.Text or ChatPartKind.Refusal or ChatPartKind.Thinking when signature is not null:
                BeginChunk(candidate.Index);
                GeminiPartWriter.Text(_writer, "", step.PartKind == ChatPartKind.Thinking, signature, members: null);
                EndChunk(logprobs: null, output);
                break;
            case ChatPartKind.ToolCall:
                BeginChunk(candidate.Index);
                var call = new ToolCallPart
                {
                    Id = candidate.Id ?? "",
                    Name = candidate.Name ?? "",
                    Arguments = candidate.Arguments.ToString(),
                    IsCustom = candidate.Data is ToolCallPart { IsCustom: true },
                };
                GeminiPartWriter.Call(_writer, call, signature, members: null);
                EndChunk(logprobs: null, output);
                break;
            case ChatPartKind.Media:
                WriteMedia(candidate, signature, output);
                break;
            case ChatPartKind.Opaque when candidate.Data is OpaquePart { Dialect: Dialect.Gemini } opaque:
                BeginChunk(candidate.Index);
                opaque.Value.WriteTo(_writer);
                EndChunk(logprobs: null, output);
                break;
            default:
                break;
        }
        candidate.Reset();
    }

    private void WriteMedia(Candidate candidate, string? signature, IBufferWriter<byte> output)
    {
        var given = candidate.Data as MediaPart;
        var media = new MediaPart(given?.Kind ?? MediaKind.Audio)
        {
            Base64 = candidate.Arguments.Length > 0 ? candidate.Arguments.ToString() : given?.Base64,
            Url = given?.Url,
            FileId = _isOwn ? given?.FileId : null,
            Text = given?.Text,
            MediaType = given?.MediaType,
            Name = _isOwn ? given?.Name : null,
            Extensions = _isOwn ? given?.Extensions : null,
        };
        var transcript = candidate.Transcript ?? given?.Transcript;
        var isThere = media.Base64 is not null || media.Url is not null || media.FileId is not null || media.Text is not null;
        if (!isThere && string.IsNullOrEmpty(transcript))
            return;
        BeginChunk(candidate.Index);
        if (isThere)
            GeminiPartWriter.Media(_writer, media, signature, _isOwn);
        else
            GeminiPartWriter.Text(_writer, transcript!, thought: false, signature: null, members: null);
        EndChunk(logprobs: null, output);
    }

    private void WriteFinishes(Usage? usage, IBufferWriter<byte> output)
    {
        var any = _candidates.Exists(static candidate => candidate.Finish is not null);
        if (!any && usage is null)
            return;
        BeginEvent();
        if (any)
        {
            _writer.WriteStartArray("candidates");
            foreach (var candidate in _candidates)
            {
                if (candidate.Finish is null)
                    continue;

                // With a part, as Google closes: callers reach for candidates[0].content.parts[0].
                BeginCandidate();
                GeminiPartWriter.Text(_writer, "", thought: false, signature: null, members: null);
                EndCandidate(candidate.Index);
                _writer.WriteString("finishReason", candidate.Finish);
                if (candidate.Citations.Count > 0)
                {
                    var text = candidate.Text.ToString();
                    GeminiGrounding.Write(_writer, candidate.Citations.ConvertAll(citation => (0, text, citation)));
                }
                _writer.WriteEndObject();
                candidate.Finish = null;
            }
            _writer.WriteEndArray();
        }
        if (usage is not null)
            GeminiUsage.Write(_writer, usage, _tier, members: null);
        EndEvent(output);
    }

    private void WriteError(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (_over)
            return;
        _scratch.ResetWrittenCount();
        GeminiErrors.Write(_scratch, step.Error);
        Send(output);
        Close(output);
    }

    private void Close(IBufferWriter<byte> output)
    {
        if (_over)
            return;
        _over = true;
        if (_asArray)
            output.Write(_any ? "]"u8 : "[]"u8);
    }

    private void BeginChunk(int candidate)
    {
        _current = candidate;
        BeginEvent();
        _writer.WriteStartArray("candidates");
        BeginCandidate();
    }

    private int _current;

    private void EndChunk(IReadOnlyList<TokenLogprob>? logprobs, IBufferWriter<byte> output)
    {
        EndCandidate(_current);
        if (logprobs is not null)
            GeminiLogprobs.Write(_writer, logprobs);
        _writer.WriteEndObject();
        _writer.WriteEndArray();
        EndEvent(output);
    }

    private void BeginCandidate()
    {
        _writer.WriteStartObject();
        _writer.WriteStartObject("content");
        _writer.WriteStartArray("parts");
    }

    private void EndCandidate(int index)
    {
        _writer.WriteEndArray();
        _writer.WriteString("role", "model");
        _writer.WriteEndObject();
        _writer.WriteNumber("index", index);
    }

    private void BeginEvent()
    {
        _scratch.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
    }

    private void EndEvent(IBufferWriter<byte> output)
    {
        GeminiResponseWriter.WriteEnvelope(_writer, _id, _model, _created);
        _writer.WriteEndObject();
        _writer.Flush();
        Send(output);
    }

    private void Send(IBufferWriter<byte> output)
    {
        if (_asArray)
            output.Write(_any ? ",\r\n"u8 : "["u8);
        else
            output.Write("data: "u8);
        output.Write(_scratch.WrittenSpan);
        if (!_asArray)
            output.Write("\n\n"u8);
        _any = true;
    }

    private Candidate CandidateOf(int index)
    {
        foreach (var known in _candidates)
        {
            if (known.Index == index)
                return known;
        }
        var candidate = new Candidate(index);
        _candidates.Add(candidate);
        return candidate;
    }

    private sealed class Candidate(int index)
    {
        public int Index { get; } = index;

        public StringBuilder Text { get; } = new();

        public List<ChatCitation> Citations { get; } = [];

        /// <summary>Of the open part: arguments of a call, base64 of media.</summary>
        public StringBuilder Arguments { get; } = new();

        public string? Finish { get; set; }

        public string? Id { get; private set; }

        public string? Name { get; private set; }

        public string? Signature { get; set; }

        public string? Transcript { get; set; }

        public ChatPart? Data { get; set; }

        public void Begin(in ChatEvent step)
        {
            Reset();
            Id = step.Id;
            Name = step.Name;
            Signature = step.Signature;
            Data = step.Data;
        }

        public void Reset()
        {
            Arguments.Clear();
            Id = null;
            Name = null;
            Signature = null;
            Transcript = null;
            Data = null;
        }
    }
}
