using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.OpenAI;

/// <summary>
/// Watches one streamed answer, event by event: what each event means, what was consumed, how it ended, and which bytes must be
/// changed. Nothing is allocated for an ordinary event. Not thread-safe; reusable after <see cref="Reset"/>.
/// </summary>
public sealed partial class StreamInspector
{
    private Operation _operation;
    private UsageRules _rules;
    private OutputText _text;
    private string? _model;
    private string? _serviceTier;
    private JsonEdit[] _edits = new JsonEdit[2];
    private int _editCount;

    /// <summary>Where the data begins in the event: JSON offsets are relative to it.</summary>
    private int _dataStart;

    /// <summary>One bit per choice index; OpenAI allows 128 choices.</summary>
    private UInt128 _choices;
    private UInt128 _finishedChoices;
    private bool _doneSeen;
    private bool _contentSeen;
    private long _images;

    /// <summary>Begins a stream.</summary>
    public StreamInspector(Operation operation, UsageRules rules) => Reset(operation, rules);

    /// <summary>The last usage reported (never a sum: several providers repeat growing totals); null when none was.</summary>
    public Usage? Usage { get; private set; }

    /// <summary>The model as the provider names it; null when it did not.</summary>
    public string? Model => _model;

    /// <summary>The service tier last reported; null when none was.</summary>
    public string? ServiceTier => _serviceTier;

    /// <summary>True when any choice has ended with a reason.</summary>
    public bool FinishReasonSeen { get; private set; }

    /// <summary>The provider's own reason for choice 0; for Responses the reason of incompleteness, or the status.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>True after <c>[DONE]</c> or the event that ends this kind of stream.</summary>
    public bool TerminalSeen { get; private set; }

    /// <summary>True after any error; the stream may still have gone on.</summary>
    public bool ErrorSeen { get; private set; }

    /// <summary>The first error; null when there was none.</summary>
    public ProviderError? Error { get; private set; }

    /// <summary>Why <c>response.failed</c> came; null when it did not.</summary>
    public string? FailedMessage { get; private set; }

    /// <summary>Bytes of text, tool arguments and reasoning so far, as they stood in the JSON; padding (<c>obfuscation</c>) not among them.</summary>
    public long OutputTextBytes => _text.Bytes;

    /// <summary>Output tokens so far, estimated from what <see cref="OutputTextBytes"/> counts.</summary>
    public int EstimatedOutputTokens => _text.Tokens(_model);

    /// <summary>True when the answer came to its own end.</summary>
    /// <remarks>
    /// Chat and completions: every choice seen has a finish reason, with or without <c>[DONE]</c>, which some providers leave out;
    /// or, without any finish reason at all, <c>[DONE]</c> came (Snowflake). Never after an error. Responses: a terminal event
    /// came, <c>response.failed</c> included. Others: their done or completed event came.
    /// </remarks>
    public bool IsComplete =>
        _operation switch
        {
            Operation.ChatCompletions or Operation.Completions =>
                !ErrorSeen && _choices != UInt128.Zero && ((_choices & ~_finishedChoices) == UInt128.Zero || (_doneSeen && _finishedChoices == UInt128.Zero)),
            Operation.Responses => TerminalSeen && (FinishReason is not null || FailedMessage is not null),
            _ => TerminalSeen && !ErrorSeen,
        };

    /// <summary>Changes that the event just inspected needs: finish reasons outside OpenAI's values, in ascending order.</summary>
    public ReadOnlySpan<JsonEdit> Edits => _edits.AsSpan(0, _editCount);

    /// <summary>
    /// The whole <c>"usage":null</c> member of the event just inspected, with the one comma that belongs to it: removing it leaves
    /// valid JSON. <see cref="ByteRange.None"/> when there is none. Chat and completions only.
    /// </summary>
    public ByteRange UsageMember { get; private set; }

    /// <summary>
    /// The closing brace of the <c>usage</c> object of the event just inspected, before which a further member can be inserted: the object
    /// has at least one. <see cref="ByteRange.None"/> when there is none. Chat and completions only.
    /// </summary>
    public ByteRange UsageClose { get; private set; }

    /// <summary>True when the event just inspected has <c>id:</c> or <c>retry:</c> lines, over which OpenAI's clients stumble.</summary>
    public bool HasIdOrRetry { get; private set; }

    /// <summary>The value of <c>response.id</c>, or else of a top-level <c>response_id</c>, with its quotes, in the event just inspected.</summary>
    public ByteRange ResponseIdValue { get; private set; }

    /// <summary>The value of <c>response.previous_response_id</c> with its quotes in the event just inspected; none when null.</summary>
    public ByteRange PreviousResponseIdValue { get; private set; }

    /// <summary>Forgets everything and begins another stream.</summary>
    public void Reset(Operation operation, UsageRules rules)
    {
        _operation = operation;
        _rules = rules;
        _text = default;
        _model = null;
        _serviceTier = null;
        _choices = default;
        _finishedChoices = default;
        _doneSeen = false;
        _contentSeen = false;
        _images = 0;
        Usage = null;
        FinishReasonSeen = false;
        FinishReason = null;
        TerminalSeen = false;
        ErrorSeen = false;
        Error = null;
        FailedMessage = null;
        ForgetEvent();
    }

    /// <summary>Inspects one event as <see cref="SseFraming.FindEventEnd"/> cuts it. Never throws over what is in it.</summary>
    public StreamEventKind Inspect(ReadOnlySpan<byte> eventBytes)
    {
        ForgetEvent();
        var parsed = SseFraming.Parse(eventBytes);
        HasIdOrRetry = parsed.HasIdOrRetry;
        if (!parsed.Data.Exists)
            return StreamEventKind.Comment;

        StreamEventKind kind;
        var name = parsed.Name.Exists ? parsed.Name.Of(eventBytes) : default;
        if (parsed.HasMultipleDataLines)
        {
            kind = InspectJoined(eventBytes, name);
        }
        else
        {
            _dataStart = parsed.Data.Start;
            kind = InspectData(parsed.Data.Of(eventBytes), name);
        }
        _contentSeen |= kind == StreamEventKind.Content;
        return kind;
    }

    private void ForgetEvent()
    {
        _editCount = 0;
        UsageMember = ByteRange.None;
        UsageClose = ByteRange.None;
        ResponseIdValue = ByteRange.None;
        PreviousResponseIdValue = ByteRange.None;
    }

    /// <summary>JSON over several data lines: inspected as one, then the ranges are brought back to where the bytes stand.</summary>
    private StreamEventKind InspectJoined(ReadOnlySpan<byte> eventBytes, ReadOnlySpan<byte> name)
    {
        var joined = ArrayPool<byte>.Shared.Rent(eventBytes.Length);
        try
        {
            _dataStart = 0;
            var length = SseFraming.JoinData(eventBytes, joined);
            var kind = InspectData(joined.AsSpan(0, length), name);
            UsageMember = FromJoined(eventBytes, UsageMember);
            UsageClose = FromJoined(eventBytes, UsageClose);
            ResponseIdValue = FromJoined(eventBytes, ResponseIdValue);
            PreviousResponseIdValue = FromJoined(eventBytes, PreviousResponseIdValue);
            foreach (ref var edit in _edits.AsSpan(0, _editCount))
                edit = edit with { Range = FromJoined(eventBytes, edit.Range) };
            return kind;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private static ByteRange FromJoined(ReadOnlySpan<byte> eventBytes, ByteRange range)
    {
        if (!range.Exists)
            return range;
        var start = SseFraming.OffsetOfJoined(eventBytes, range.Start);
        var last = SseFraming.OffsetOfJoined(eventBytes, range.End - 1);
        return new ByteRange(start, last + 1 - start);
    }

    private StreamEventKind InspectData(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name)
    {
        if (data.Length < 16 && data.Trim(" \t"u8).SequenceEqual("[DONE]"u8))
        {
            _doneSeen = true;
            TerminalSeen = true;
            return StreamEventKind.Terminal;
        }
        if (name.SequenceEqual("error"u8))
            return Fail(data);

        try
        {
            var reader = new Utf8JsonReader(data);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return InspectNoObject(ref reader, data);
            var kind = _operation is Operation.ChatCompletions or Operation.Completions
                ? InspectChunk(ref reader, data)
                : InspectTyped(ref reader, data, name);

            // Anything after the object throws here.
            reader.Read();
            return kind;
        }
        catch (JsonException)
        {
            ForgetEvent();
            return StreamEventKind.Malformed;
        }
    }

    /// <summary>Gemini reports errors as an array of one; whatever else is no object is passed on as it is.</summary>
    private StreamEventKind InspectNoObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        var isError = false;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                reader.Read();
                isError = reader.TokenType == JsonTokenType.PropertyName && JsonText.Is(ref reader, "error"u8);
            }
        }
        while (reader.Read())
        {
            // To the end, so that broken JSON is noticed.
        }
        return isError ? Fail(data) : StreamEventKind.Content;
    }

    private StreamEventKind Fail(ReadOnlySpan<byte> data)
    {
        ErrorSeen = true;
        Error ??= ProviderError.Parse(0, data);
        return StreamEventKind.Error;
    }

    private void AddEdit(ByteRange range, ReadOnlyMemory<byte> replacement)
    {
        if (_editCount == _edits.Length)
            Array.Resize(ref _edits, _editCount * 2);
        _edits[_editCount++] = new JsonEdit(range, replacement);
    }
}
