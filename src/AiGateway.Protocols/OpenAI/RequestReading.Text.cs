using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>The text that the model will read: it is counted, not kept.</summary>
internal ref partial struct RequestReading
{
    /// <summary>A JSON schema for the answer is rendered tersely: a share of its JSON's tokens.</summary>
    private const int SchemaPercent = 80;

    /// <summary>An image of 1024 by 1024 in high detail, by OpenAI's own arithmetic; the true size is not looked at.</summary>
    private const int TokensPerImage = 765;

    /// <summary>What a member of a message, part or item holds.</summary>
    private enum Holds
    {
        Text,
        Kind,
        Image,
        Audio,
        MediaType,
        File,
        Nothing,
    }

    private RequestScanError? ReadMessages()
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
            return WrongType(RequestMember.Messages, "an array");
        _conversation = true;
        var messages = CountText(isConversation: true);
        return messages == 0 && _operation is (Operation.ChatCompletions or Operation.Messages)
            ? Wrong(RequestMember.Messages, "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "empty_array")
            : null;
    }

    /// <summary>Gemini's messages.</summary>
    private RequestScanError? ReadContents()
    {
        if (_reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject or JsonTokenType.String))
            return WrongType(RequestMember.Contents, "an array");
        _conversation = true;
        if (_reader.TokenType == JsonTokenType.String)
            CountString();
        else
            CountText(isConversation: true);
        return null;
    }

    private RequestScanError? ReadInput(RequestMember member)
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            // Null is as good as absent: a required member is then missing.
            _seen &= ~(1ul << (int)member);
            return null;
        }
        if (_operation == Operation.Speech && member == RequestMember.Input && JsonText.String(in _reader) is { } speech)
        {
            foreach (var _ in speech.EnumerateRunes())
                _facts.InputCharacters++;
        }
        _conversation |= _operation == Operation.Responses;
        if (_reader.TokenType == JsonTokenType.String)
        {
            if (_operation == Operation.Responses)
                _tokens.Add(ModelFamily.PerMessage);
            CountString();
        }
        else if (_reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            CountText(isConversation: _operation == Operation.Responses && member == RequestMember.Input);
        }
        return null;
    }

    private RequestScanError? ReadTools(RequestMember member)
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return null;
        // Google takes a single tool for a list of one.
        var isSingle = _reader.TokenType == JsonTokenType.StartObject && (_operation == Operation.GenerateContent || CountsGemini);
        if (_reader.TokenType != JsonTokenType.StartArray && !isSingle)
            return WrongType(member, "an array");
        _facts.HasTools |= CountTools();
        return null;
    }

    /// <summary><c>response_format</c>, <c>text</c> or <c>output_config</c> with its <c>format</c>, or <c>generationConfig</c> with its schema.</summary>
    private void ReadFormat()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            _reader.Skip();
            return;
        }
        var start = _reader.TokenStartIndex;
        var depth = _reader.CurrentDepth;
        while (_reader.Read() && _reader.CurrentDepth > depth)
        {
            if (_reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var name = JsonText.Name(in _reader);
            var isType = name.SequenceEqual("type"u8);
            var isFormat = name.SequenceEqual("format"u8);
            var isSchema = name.SequenceEqual("responseSchema"u8) || name.SequenceEqual("responseJsonSchema"u8) || name.SequenceEqual("response_schema"u8) || name.SequenceEqual("response_json_schema"u8);
            var isBound = name.SequenceEqual("maxOutputTokens"u8) || name.SequenceEqual("max_output_tokens"u8);
            var isTemperature = _operation == Operation.GenerateContent && name.SequenceEqual("temperature"u8);
            var isSeed = _operation == Operation.GenerateContent && name.SequenceEqual("seed"u8);
            _reader.Read();
            if (isTemperature)
                _facts.IsCold = IsZero();
            if (isSeed)
                _facts.IsSeeded = _reader.TokenType == JsonTokenType.Number;
            if (isSchema && _reader.TokenType == JsonTokenType.StartObject)
                _facts.HasJsonSchema = true;
            if (isBound && _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var most) && most > 0)
                _facts.MaxOutputTokens = most;
            if (isType && _reader.TokenType == JsonTokenType.String && JsonText.Is(in _reader, "json_schema"u8))
                _facts.HasJsonSchema = true;
            if (!isFormat)
                _reader.Skip();
        }
        if (_facts.HasJsonSchema)
            CountSchema(_body[start.._reader.BytesConsumed]);
    }

    private void CountSchema(ReadOnlySpan<byte> json)
    {
        var counter = new TokenCounter();
        counter.Append(json);
        _tokens.Add(counter, SchemaPercent);
    }

    /// <summary>
    /// Counts every string inside the array or object at the reader, but for those that are ids, addresses or encoded data.
    /// A member that is not known counts: a limit is better over- than underestimated.
    /// </summary>
    /// <param name="isConversation">Objects directly inside are messages, with their own overhead.</param>
    /// <returns>The number of elements directly inside.</returns>
    private int CountText(bool isConversation)
    {
        var depth = _reader.CurrentDepth;
        var elements = 0;
        while (_reader.Read() && _reader.CurrentDepth > depth)
        {
            var isElement = _reader.CurrentDepth == depth + 1;
            switch (_reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    CountMember(HeldBy(JsonText.Name(in _reader)));
                    break;
                case JsonTokenType.String:
                    if (isElement)
                        elements++;
                    CountString();
                    break;
                case JsonTokenType.Number:
                    // A prompt or an input may be given as token ids.
                    if (isElement)
                        elements++;
                    _tokens.Add(1);
                    break;
                case JsonTokenType.StartObject:
                    if (isElement)
                    {
                        elements++;
                        if (isConversation)
                            _tokens.Add(ModelFamily.PerMessage);
                    }
                    break;
                case JsonTokenType.StartArray when isElement:
                    elements++;
                    break;
                default:
                    break;
            }
        }
        return elements;
    }

    private void CountMember(Holds holds)
    {
        _reader.Read();
        switch (holds)
        {
            case Holds.Text:
                if (_reader.TokenType == JsonTokenType.String)
                    CountString();
                return;
            case Holds.Kind:
                CountKind();
                return;
            case Holds.Image when _reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String:
                CountImage();
                break;
            case Holds.File when _reader.TokenType is JsonTokenType.String:
                _facts.AddFileId(JsonText.ScalarRange(in _reader));
                break;
            case Holds.Audio when _reader.TokenType is JsonTokenType.StartObject:
                _facts.HasAudio = true;
                break;
            case Holds.MediaType when _reader.TokenType == JsonTokenType.String:
                CountMedia();
                return;
            case Holds.File when _reader.TokenType == JsonTokenType.StartObject:
                // Gemini's, whose media type stands within; OpenAI's is the content itself.
                return;
            default:
                break;
        }
        _reader.Skip();
    }

    /// <summary>The value of a <c>type</c> member.</summary>
    private void CountKind()
    {
        if (_reader.TokenType != JsonTokenType.String)
        {
            _reader.Skip();
            return;
        }
        if (JsonText.Is(in _reader, "image_url"u8) || JsonText.Is(in _reader, "input_image"u8))
            _facts.HasImages = true;
        else if (JsonText.Is(in _reader, "input_audio"u8))
            _facts.HasAudio = true;
        else if (_operation is (Operation.Messages or Operation.CountTokens) && JsonText.Is(in _reader, "image"u8))
            CountImage();
        else if (JsonText.Is(in _reader, "function"u8) || JsonText.Is(in _reader, "function_call"u8))
            _tokens.Add(ModelFamily.PerPastCall);
    }

    /// <summary>The type of Gemini's inline data and files.</summary>
    private void CountMedia()
    {
        if (_operation != Operation.GenerateContent && !CountsGemini)
            CountString();
        else if (_reader.ValueSpan.StartsWith("image/"u8) || _reader.ValueSpan.StartsWith("image\\/"u8))
            CountImage();
        else if (_reader.ValueSpan.StartsWith("audio/"u8) || _reader.ValueSpan.StartsWith("audio\\/"u8))
            _facts.HasAudio = true;
    }

    private void CountImage()
    {
        _facts.HasImages = true;
        _tokens.Add(TokensPerImage);
    }

    private void CountString()
    {
        var text = _reader.ValueSpan;
        if (text.Length > 64 && text.StartsWith("data:"u8) && text[..64].IndexOf(";base64,"u8) >= 0)
            return;
        if (_reader.ValueIsEscaped)
            _tokens.AppendEscaped(text);
        else
            _tokens.Append(text);
        _tokens.Break();
    }

    private static Holds HeldBy(ReadOnlySpan<byte> name) =>
        name.Length switch
        {
            2 when name.SequenceEqual("id"u8) => Holds.Nothing,
            3 when name.SequenceEqual("url"u8) => Holds.Nothing,
            4 when name.SequenceEqual("type"u8) => Holds.Kind,
            4 when name.SequenceEqual("role"u8) || name.SequenceEqual("data"u8) => Holds.Nothing,
            6 when name.SequenceEqual("detail"u8) || name.SequenceEqual("status"u8) || name.SequenceEqual("format"u8) => Holds.Nothing,
            7 when name.SequenceEqual("file_id"u8) => Holds.File,
            7 when name.SequenceEqual("call_id"u8) => Holds.Nothing,
            8 when name.SequenceEqual("file_url"u8) || name.SequenceEqual("logprobs"u8) => Holds.Nothing,
            9 when name.SequenceEqual("image_url"u8) => Holds.Image,
            8 when name.SequenceEqual("mimeType"u8) => Holds.MediaType,
            9 when name.SequenceEqual("mime_type"u8) => Holds.MediaType,
            9 when name.SequenceEqual("file_data"u8) => Holds.File,
            9 when name.SequenceEqual("signature"u8) => Holds.Nothing,
            11 when name.SequenceEqual("input_audio"u8) => Holds.Audio,
            11 when name.SequenceEqual("annotations"u8) => Holds.Nothing,
            12 when name.SequenceEqual("tool_call_id"u8) => Holds.Nothing,
            13 when name.SequenceEqual("cache_control"u8) => Holds.Nothing,
            17 when name.SequenceEqual("encrypted_content"u8) => Holds.Nothing,
            _ => Holds.Text,
        };
}
