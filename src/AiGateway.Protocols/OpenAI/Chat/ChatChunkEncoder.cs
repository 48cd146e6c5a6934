using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using WriterText = AiGateway.Protocols.Chat.JsonText;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Writes the chunks of a streamed chat completion as OpenAI does: one id, one model and one time in all, the role first, calls by index, usage last and only when asked for, then <c>[DONE]</c>.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The writer writes into the buffers of others and holds nothing to be given back.")]
internal sealed class ChatChunkEncoder(ChatRequest request, Dialect dialect) : ChatStreamEncoder
{
    private readonly List<EncodedCandidate> _candidates = [];
    private readonly Utf8JsonWriter _json = new(Stream.Null, WriterText.WriterOptions);
    private byte[] _head = [];
    private string _id = "";
    private Dialect? _source;

    private bool WritesUsage => request.IncludeUsage == true || dialect == Dialect.Mistral;

    public override void Write(in ChatEvent step, IBufferWriter<byte> output)
    {
        switch (step.Kind)
        {
            case ChatEventKind.Start:
                Start(step);
                CandidateOf(0, output);
                break;
            case ChatEventKind.PartStart:
                PartStart(step, CandidateOf(step.Candidate, output), output);
                break;
            case ChatEventKind.PartDelta:
                PartDelta(step, CandidateOf(step.Candidate, output), output);
                break;
            case ChatEventKind.PartEnd:
                PartEnd(step, CandidateOf(step.Candidate, output), output);
                break;
            case ChatEventKind.Finish:
                var finished = CandidateOf(step.Candidate, output);
                Begin(output);
                _json.WriteEndObject();
                End(finished, output, null, Finishes.Write(step.Finish, finished.Calls > 0, request.LegacyFunctions));
                break;
            case ChatEventKind.Usage:
                Usage(step, output);
                break;
            case ChatEventKind.End:
                output.Write("data: [DONE]\n\n"u8);
                break;
            case ChatEventKind.Error:
                Error(step, output);
                break;
        }
    }

    private void Start(in ChatEvent step)
    {
        _source = step.Source;
        _id = ChatResponseWriter.AnswerId(step.Id, request);
        var head = new ArrayBufferWriter<byte>(256);
        head.Write("data: "u8);
        _json.Reset(head);
        _json.WriteStartObject();
        _json.WriteString("id"u8, _id);
        _json.WriteString("object"u8, "chat.completion.chunk"u8);
        _json.WriteNumber("created"u8, step.Created ?? request.AnswerCreated ?? 0);
        _json.WriteString("model"u8, step.Name is { Length: > 0 } model ? model : request.Model);
        if (step.ServiceTier is { } tier)
            _json.WriteString("service_tier"u8, tier);
        if (step.Source == dialect)
            step.Extensions?.WriteTo(_json);
        _json.Flush();
        _head = head.WrittenSpan.ToArray();
    }

    private EncodedCandidate CandidateOf(int index, IBufferWriter<byte> output)
    {
        foreach (var candidate in _candidates)
        {
            if (candidate.Index == index)
                return candidate;
        }
        var added = new EncodedCandidate(index);
        _candidates.Add(added);
        Begin(output);
        _json.WriteString("role"u8, "assistant"u8);
        _json.WriteString("content"u8, ""u8);
        if (dialect != Dialect.Mistral)
            _json.WriteNull("refusal"u8);
        _json.WriteEndObject();
        End(added, output);
        return added;
    }

    private void PartStart(in ChatEvent step, EncodedCandidate candidate, IBufferWriter<byte> output)
    {
        KeepTextSignature(step, candidate);
        switch (step.PartKind)
        {
            case ChatPartKind.ToolCall:
                CallStart(step, candidate, output);
                break;
            case ChatPartKind.Thinking:
                candidate.Thought = new ThinkingPart
                {
                    Member = (step.Data as ThinkingPart)?.Member,
                    Encrypted = (step.Data as ThinkingPart)?.Encrypted,
                    Id = (step.Data as ThinkingPart)?.Id,
                    SignedBy = (step.Data as ThinkingPart)?.SignedBy,
                    Signature = step.Signature ?? (step.Data as ThinkingPart)?.Signature,
                };
                candidate.ThoughtText.Clear();
                break;
            case ChatPartKind.Media when step.Data is MediaPart { Kind: MediaKind.Image } image:
                candidate.Image = image;
                candidate.ImageText.Clear();
                break;
            case ChatPartKind.Media when step.Data is MediaPart { Kind: MediaKind.Audio } sound:
                Sound(candidate, sound.Id, sound.Base64, sound.Transcript, output);
                break;
            case ChatPartKind.Opaque when step.Data is OpaquePart { Dialect: Dialect.Mistral } opaque && dialect == Dialect.Mistral:
                Begin(output);
                _json.WriteStartArray("content"u8);
                opaque.Value.WriteTo(_json);
                _json.WriteEndArray();
                _json.WriteEndObject();
                End(candidate, output);
                break;
        }
    }

    private void PartDelta(in ChatEvent step, EncodedCandidate candidate, IBufferWriter<byte> output)
    {
        switch (step.PartKind)
        {
            case ChatPartKind.Text:
                KeepTextSignature(step, candidate);
                Text(step, candidate, output);
                break;
            case ChatPartKind.Refusal when step.Text is { Length: > 0 } refusal:
                Begin(output);
                _json.WriteString(dialect == Dialect.Mistral ? "content"u8 : "refusal"u8, refusal);
                _json.WriteEndObject();
                End(candidate, output);
                break;
            case ChatPartKind.Thinking:
                Thinking(step, candidate, output);
                break;
            case ChatPartKind.ToolCall:
                CallArguments(step.Text, candidate, output);
                break;
            case ChatPartKind.Media when candidate.Image is not null:
                candidate.ImageText.Append(step.Text);
                break;
            case ChatPartKind.Media when step.Text is not null || step.Data is MediaPart { Transcript: not null }:
                Sound(candidate, null, step.Text, (step.Data as MediaPart)?.Transcript, output);
                break;
        }
    }

    private void PartEnd(in ChatEvent step, EncodedCandidate candidate, IBufferWriter<byte> output)
    {
        switch (step.PartKind)
        {
            case ChatPartKind.ToolCall:
                if (!candidate.HasArguments)
                    CallArguments("{}", candidate, output);
                break;
            case ChatPartKind.Text when candidate.TextSignature is { } signature:
                candidate.TextSignature = null;
                candidate.ThoughtText.Clear();
                Details(TextSignatures.Hidden(_source ?? dialect, signature), candidate, output);
                break;
            case ChatPartKind.Thinking when candidate.Thought is { } thought:
                candidate.Thought = null;
                if (dialect != Dialect.Mistral && (thought.Signature is not null || thought.Encrypted is not null))
                    Details(thought, candidate, output);
                break;
            case ChatPartKind.Media when candidate.Image is { } image:
                candidate.Image = null;
                if (candidate.ImageText.Length > 0)
                    image = new MediaPart(MediaKind.Image) { Base64 = candidate.ImageText.ToString(), MediaType = image.MediaType, Extensions = image.Extensions };
                Begin(output);
                _json.WriteStartArray("images"u8);
                AssistantWriting.Image(_json, image);
                _json.WriteEndArray();
                _json.WriteEndObject();
                End(candidate, output);
                break;
        }
    }

    /// <summary>A signature over a text is good for the whole only, and has no member of its own: it goes as hidden thoughts when the text has ended.</summary>
    private void KeepTextSignature(in ChatEvent step, EncodedCandidate candidate)
    {
        if (step is { PartKind: ChatPartKind.Text, Signature: { } signature } && _source != dialect && dialect != Dialect.Mistral)
            candidate.TextSignature += signature;
    }

    private void Text(in ChatEvent step, EncodedCandidate candidate, IBufferWriter<byte> output)
    {
        var hasText = step.Text is { Length: > 0 };
        if (step.Citation is { } citation && (_source == dialect ? !citation.Native.IsAbsent : citation.Url is not null))
        {
            Begin(output);
            _json.WriteStartArray("annotations"u8);
            AssistantWriting.Annotation(_json, citation, _source == dialect, 0);
            _json.WriteEndArray();
            _json.WriteEndObject();
            End(candidate, output);
        }
        if (!hasText && step.Logprobs is null)
            return;
        Begin(output);
        _json.WriteString("content"u8, step.Text ?? "");
        _json.WriteEndObject();
        End(candidate, output, step.Logprobs);
    }

    /// <summary>Thoughts go out as they come; a signature waits for their end, since it is good for the whole only.</summary>
    private void Thinking(in ChatEvent step, EncodedCandidate candidate, IBufferWriter<byte> output)
    {
        var thought = candidate.Thought ??= new ThinkingPart();
        thought.Signature = step.Signature is null ? thought.Signature : thought.Signature + step.Signature;
        if (step.Data is ThinkingPart data)
        {
            thought.Encrypted = data.Encrypted ?? thought.Encrypted;
            thought.Id ??= data.Id;
            thought.SignedBy ??= data.SignedBy;
        }
        if (step.Text is not { Length: > 0 } text)
            return;
        candidate.ThoughtText.Append(text);
        Begin(output);
        if (dialect == Dialect.Mistral)
        {
            _json.WriteStartArray("content"u8);
            AssistantWriting.MistralThinking(_json, text, _source == dialect ? step.Signature : null);
            _json.WriteEndArray();
        }
        else
        {
            _json.WriteString(thought.Member is "reasoning" ? "reasoning"u8 : "reasoning_content"u8, text);
        }
        _json.WriteEndObject();
        End(candidate, output);
    }

    private void Details(ThinkingPart thought, EncodedCandidate candidate, IBufferWriter<byte> output)
    {
        thought.Text = candidate.ThoughtText.ToString();
        Begin(output);
        _json.WriteStartArray("reasoning_details"u8);
        ReasoningDetails.Write(_json, thought, candidate.Details++, thought.SignedBy ?? _source ?? dialect);
        _json.WriteEndArray();
        _json.WriteEndObject();
        End(candidate, output);
    }

    private void CallStart(in ChatEvent step, EncodedCandidate candidate, IBufferWriter<byte> output)
    {
        var isCustom = candidate.IsCustom = step.Data is ToolCallPart { IsCustom: true };
        candidate.HasArguments = isCustom;
        var number = candidate.Calls++;
        if (request.LegacyFunctions && number > 0)
            return;
        Begin(output);
        if (request.LegacyFunctions)
        {
            _json.WriteStartObject("function_call"u8);
            _json.WriteString("name"u8, step.Name ?? "");
            _json.WriteString("arguments"u8, ""u8);
            _json.WriteEndObject();
        }
        else
        {
            _json.WriteStartArray("tool_calls"u8);
            _json.WriteStartObject();
            _json.WriteNumber("index"u8, number);
            _json.WriteString("id"u8, step.Id is { Length: > 0 } id ? id : ChatResponseWriter.MadeId(_id, candidate.Index, number));
            _json.WriteString("type"u8, isCustom ? "custom"u8 : "function"u8);
            _json.WriteStartObject(isCustom ? "custom"u8 : "function"u8);
            _json.WriteString("name"u8, step.Name ?? "");
            _json.WriteString(isCustom ? "input"u8 : "arguments"u8, ""u8);
            _json.WriteEndObject();
            if (step.Signature is { } signature)
                AssistantWriting.GoogleSignature(_json, signature);
            _json.WriteEndObject();
            _json.WriteEndArray();
        }
        _json.WriteEndObject();
        End(candidate, output);
    }

    private void CallArguments(string? arguments, EncodedCandidate candidate, IBufferWriter<byte> output)
    {
        if (string.IsNullOrEmpty(arguments) || (request.LegacyFunctions && candidate.Calls > 1))
            return;
        candidate.HasArguments = true;
        Begin(output);
        if (!request.LegacyFunctions)
        {
            _json.WriteStartArray("tool_calls"u8);
            _json.WriteStartObject();
            _json.WriteNumber("index"u8, candidate.Calls - 1);
        }
        _json.WriteStartObject(request.LegacyFunctions ? "function_call"u8 : candidate.IsCustom ? "custom"u8 : "function"u8);
        _json.WriteString(candidate.IsCustom ? "input"u8 : "arguments"u8, arguments);
        _json.WriteEndObject();
        if (!request.LegacyFunctions)
        {
            _json.WriteEndObject();
            _json.WriteEndArray();
        }
        _json.WriteEndObject();
        End(candidate, output);
    }

    private void Sound(EncodedCandidate candidate, string? id, string? data, string? transcript, IBufferWriter<byte> output)
    {
        Begin(output);
        _json.WriteStartObject("audio"u8);
        if (id is not null)
            _json.WriteString("id"u8, id);
        if (data is not null)
            _json.WriteString("data"u8, data);
        if (transcript is not null)
            _json.WriteString("transcript"u8, transcript);
        _json.WriteEndObject();
        _json.WriteEndObject();
        End(candidate, output);
    }

    private void Usage(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (!WritesUsage || step.Usage is not { } usage)
            return;
        output.Write(_head);
        output.Write(",\"choices\":[],"u8);
        _json.Reset(output);
        UsageWriting.Write(_json, usage);
        _json.Flush();
        output.Write("}\n\n"u8);
    }

    private void Error(in ChatEvent step, IBufferWriter<byte> output)
    {
        output.Write("data: "u8);
        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteStartObject("error"u8);
        _json.WriteString("message"u8, step.Error?.Message ?? "The provider failed in the middle of its answer.");
        _json.WriteString("type"u8, step.Error?.Type ?? "upstream_error");
        _json.WriteString("param"u8, step.Error?.Param);
        _json.WriteString("code"u8, step.Error?.Code);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
        output.Write("\n\n"u8);
    }

    /// <summary>Opens a chunk up to the inside of its delta.</summary>
    private void Begin(IBufferWriter<byte> output)
    {
        output.Write(_head);
        output.Write(",\"choices\":["u8);
        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteStartObject("delta"u8);
    }

    /// <summary>Closes a chunk behind its delta.</summary>
    private void End(EncodedCandidate candidate, IBufferWriter<byte> output, IReadOnlyList<TokenLogprob>? logprobs = null, ReadOnlySpan<byte> finish = default)
    {
        _json.WriteNumber("index"u8, candidate.Index);
        if (logprobs is not null)
            AssistantWriting.Logprobs(_json, logprobs);
        else
            _json.WriteNull("logprobs"u8);
        if (finish.IsEmpty)
            _json.WriteNull("finish_reason"u8);
        else
            _json.WriteString("finish_reason"u8, finish);
        _json.WriteEndObject();
        _json.Flush();
        output.Write(request.IncludeUsage == true && dialect != Dialect.Mistral ? "],\"usage\":null}\n\n"u8 : "]}\n\n"u8);
    }
}
