using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>Events with a <c>type</c>: Responses, speech, transcription, images.</summary>
public sealed partial class StreamInspector
{
    /// <param name="reader">At the start of the object.</param>
    /// <param name="data">The object.</param>
    /// <param name="type">The name on the event line: stands in where the data has no type.</param>
    private StreamEventKind InspectTyped(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ReadOnlySpan<byte> type)
    {
        var response = new ResponseObject();
        ReadOnlySpan<byte> delta = default;
        var deltaIsEscaped = false;
        var hasError = false;
        var itemIsCall = false;
        ReadOnlySpan<byte> callName = default;
        Usage? usage = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            switch (name.Length)
            {
                case 4 when name.SequenceEqual("type"u8):
                    if (reader.TokenType == JsonTokenType.String)
                        type = JsonText.Name(ref reader);
                    break;
                case 5 when name.SequenceEqual("delta"u8):
                    if (reader.TokenType == JsonTokenType.String)
                    {
                        delta = reader.ValueSpan;
                        deltaIsEscaped = reader.ValueIsEscaped;
                    }
                    break;
                case 8 when name.SequenceEqual("response"u8) && reader.TokenType == JsonTokenType.StartObject:
                    ReadResponse(ref reader, ref response);
                    continue;
                case 11 when name.SequenceEqual("response_id"u8):
                    if (reader.TokenType == JsonTokenType.String && !ResponseIdValue.Exists)
                        ResponseIdValue = JsonText.ScalarRange(ref reader, _dataStart);
                    break;
                case 4 when name.SequenceEqual("item"u8) && reader.TokenType == JsonTokenType.StartObject:
                    callName = ReadItem(ref reader, out itemIsCall);
                    continue;
                case 5 when name.SequenceEqual("error"u8):
                    hasError = IsError(ref reader);
                    continue;
                case 5 when name.SequenceEqual("usage"u8):
                    usage = UsageReader.Read(ref reader, _rules);
                    continue;
                default:
                    break;
            }
            reader.Skip();
        }

        if (response.Id.Exists)
            ResponseIdValue = response.Id;
        PreviousResponseIdValue = response.PreviousId;
        Usage = response.UsageWithTools ?? usage ?? Usage;

        if (hasError || type.SequenceEqual("error"u8) || type.SequenceEqual("response.error"u8))
            return Fail(data);
        if (!delta.IsEmpty && type.EndsWith(".delta"u8) && !type.EndsWith("audio.delta"u8))
            _text.Count(delta, deltaIsEscaped);
        else if (type.SequenceEqual("response.output_item.added"u8))
            _text.CountCall(callName, isEscaped: false);
        return type.StartsWith("response."u8) ? KindOfResponse(type["response."u8.Length..], itemIsCall, ref response, data) : KindOfMedia(type);
    }

    private void ReadResponse(ref Utf8JsonReader reader, ref ResponseObject response)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (!response.TryReadMember(name, ref reader, _dataStart, _rules, ref _model, ref _serviceTier))
                reader.Skip();
        }
    }

    /// <summary>Reads an output item; gives its name, which only calls have.</summary>
    /// <param name="reader">At the start of the item.</param>
    /// <param name="isCall">True for a call or the like, whose mere beginning says something; messages and reasoning begin empty.</param>
    private static ReadOnlySpan<byte> ReadItem(scoped ref Utf8JsonReader reader, out bool isCall)
    {
        isCall = false;
        ReadOnlySpan<byte> callName = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueSpan.SequenceEqual("type"u8);
            var isName = reader.ValueSpan.SequenceEqual("name"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
                isCall = !JsonText.Is(ref reader, "message"u8) && !JsonText.Is(ref reader, "reasoning"u8);
            else if (isName && reader.TokenType == JsonTokenType.String)
                callName = JsonText.Name(ref reader);
            reader.Skip();
        }
        return callName;
    }

    private StreamEventKind KindOfResponse(ReadOnlySpan<byte> type, bool itemIsCall, ref ResponseObject response, ReadOnlySpan<byte> data)
    {
        switch (type.Length)
        {
            case 7 when type.SequenceEqual("created"u8):
            case 11 when type.SequenceEqual("in_progress"u8):
            case 6 when type.SequenceEqual("queued"u8):
            case 18 when type.SequenceEqual("content_part.added"u8):
            case 28 when type.SequenceEqual("reasoning_summary_part.added"u8):
                return StreamEventKind.Preamble;
            case 17 when type.SequenceEqual("output_item.added"u8):
                return itemIsCall ? StreamEventKind.Content : StreamEventKind.Preamble;
            case 9 when type.SequenceEqual("completed"u8) || type.SequenceEqual("cancelled"u8):
            case 10 when type.SequenceEqual("incomplete"u8):
                if (!TerminalSeen)
                    _text.End();
                TerminalSeen = true;
                FinishReasonSeen = true;
                FinishReason = response.IncompleteReason ?? response.Status ?? FinishReasons.ToText(type);
                return StreamEventKind.Terminal;
            case 6 when type.SequenceEqual("failed"u8):
                TerminalSeen = true;
                Fail(data);
                FailedMessage = Error?.Message;
                return _contentSeen ? StreamEventKind.Terminal : StreamEventKind.Error;
            default:
                return StreamEventKind.Content;
        }
    }

    private StreamEventKind KindOfMedia(ReadOnlySpan<byte> type)
    {
        if (type.SequenceEqual("transcript.text.done"u8) || type.SequenceEqual("speech.audio.done"u8))
        {
            TerminalSeen = true;
            return StreamEventKind.Terminal;
        }
        if (type.SequenceEqual("image_generation.completed"u8) || type.SequenceEqual("image_edit.completed"u8))
        {
            // One of these for each image asked for: the stream may go on.
            TerminalSeen = true;
            _images++;
            Usage = (Usage ?? new Usage()) with { Images = _images };
            return StreamEventKind.Content;
        }
        return type.SequenceEqual("keepalive"u8) || type.SequenceEqual("ping"u8) ? StreamEventKind.Preamble : StreamEventKind.Content;
    }
}
