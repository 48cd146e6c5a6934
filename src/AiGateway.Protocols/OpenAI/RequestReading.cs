using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.OpenAI;

/// <summary>One pass over a request body: the top-level members. The text inside them is read in RequestReading.Text.cs.</summary>
internal ref partial struct RequestReading
{
    private const int MostMetadata = 16;
    private const int LongestMetadataName = 64;
    private const int LongestMetadataValue = 512;
    private const int LongestWord = 32;

    private readonly Operation _operation;
    private readonly ReadOnlySpan<byte> _body;
    private readonly RequestFacts _facts;
    private JsonScanner _reader;
    private TokenCounter _tokens;
    private readonly bool _isForeign;
    private bool _conversation;
    private string? _size;
    private string? _quality;
    private string? _searchContextSize;

    /// <summary>Members seen so far, one bit each: a second one of the same name would leave open which of the two counts.</summary>
    private ulong _seen;

    public RequestReading(Operation operation, ReadOnlySpan<byte> body, RequestFacts facts, bool isForeign = false)
    {
        _isForeign = isForeign;
        _operation = operation;
        _body = body;
        _facts = facts;
        _reader = new JsonScanner(body, RequestScanner.MaxDepth);
    }

    /// <summary>Reads the body; null when it is acceptable.</summary>
    public RequestScanError? Read()
    {
        // After a defect in the JSON the reader gives no token more, so that whatever else seems to be wrong follows from it.
        var error = ReadObject();
        return _reader.ErrorIndex < 0 ? error : NotJson();
    }

    private RequestScanError? ReadObject()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
            return new RequestScanError($"The request body must be a JSON object, not {Describe(_reader.TokenType)}.", null, "invalid_type");

        _facts.InsertAt = _reader.BytesConsumed;
        _facts.IsEmptyObject = true;
        if (ReadMembers() is { } defect)
            return defect;

        // Nothing but white space may follow the object; anything else is a defect that is found here.
        _reader.Read();

        if (_operation == Operation.ImageGenerations)
            _facts.Terms = RequestTerms.ForImages(_size, _quality);
        else if (_searchContextSize is not null)
            _facts.Terms = new RequestTerms { SearchContextSize = _searchContextSize };
        _facts.TextTokens = _tokens.Tokens;
        _facts.IsConversation = _conversation;
        _facts.EstimatedInputTokens = _facts.EstimateInputTokens(_facts.Model);
        return Missing();
    }

    private RequestScanError? ReadMembers()
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            _facts.IsEmptyObject = false;
            var name = JsonText.Name(in _reader);
            var member = RequestMembers.Find(name);
            var isOtherModel = member == RequestMember.Unknown && System.Text.Ascii.EqualsIgnoreCase(name, "model"u8);
            _reader.Read();
            if (isOtherModel)
            {
                // Servers written in Go (Ollama among them) take it for the model, so that they would serve another than was checked here.
                return new RequestScanError("Parameter names are case-sensitive: write 'model' in lower case.", "model", "unknown_parameter");
            }
            if (member == RequestMember.Unknown)
            {
                _reader.Skip();
                continue;
            }
            if (member >= RequestMember.Temperature)
            {
                // Only what is cached depends on these: of several the last counts, as for most providers.
                ReadRepeatability(member);
                continue;
            }

            var bit = 1ul << (int)member;
            if ((_seen & bit) != 0)
                return Wrong(member, $"Duplicate parameter: '{RequestMembers.NameOf(member)}' is given more than once.", "duplicate_parameter");
            _seen |= bit;

            if (ReadMember(member) is { } error)
                return error;
        }
        return null;
    }

    private readonly RequestScanError NotJson()
    {
        var (line, position) = _reader.ErrorPosition();
        var what = _reader.IsTooDeep ? "is nested too deeply (64 levels at most)" : "is not valid JSON";
        return new RequestScanError(string.Create(CultureInfo.InvariantCulture, $"The request body {what}: line {line}, byte {position}."), null, null);
    }

    private RequestScanError? ReadMember(RequestMember member)
    {
        switch (member)
        {
            case RequestMember.Model:
                return ReadModel();
            case RequestMember.Stream:
                if (_reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
                    return WrongType(member, "a boolean");
                _facts.Stream = _reader.TokenType == JsonTokenType.True;
                return null;
            case RequestMember.StreamOptions:
                return ReadStreamOptions();
            case RequestMember.PreviousResponseId:
                if (_reader.TokenType == JsonTokenType.Null)
                    return null;
                if (_reader.TokenType != JsonTokenType.String)
                    return WrongType(member, "a string");
                _facts.PreviousResponseIdValue = JsonText.ScalarRange(in _reader);
                return null;
            case RequestMember.Messages:
                return ReadMessages();
            case RequestMember.Prompt:
            case RequestMember.Input:
            case RequestMember.Instructions:
            case RequestMember.Query:
            case RequestMember.Documents:
            case RequestMember.Texts:
            case RequestMember.System:
            case RequestMember.SystemInstruction:
            case RequestMember.SystemInstructionSnake:
                return ReadInput(member);
            case RequestMember.Contents:
                return ReadContents();
            case RequestMember.GenerateContentRequest when CountsGemini && _reader.TokenType == JsonTokenType.StartObject:
                // A whole request to be counted: its members are read as if they stood here.
                return ReadMembers();
            case RequestMember.Tools:
            case RequestMember.Functions:
                return ReadTools(member);
            case RequestMember.Dimensions:
                _facts.HasDimensions = _reader.TokenType != JsonTokenType.Null;
                _reader.Skip();
                return null;
            case RequestMember.Size:
                _size = ReadWord();
                return null;
            case RequestMember.Quality:
                _quality = ReadWord();
                return null;
            case RequestMember.WebSearchOptions:
                ReadWebSearchOptions();
                return null;
            case RequestMember.EncodingFormat:
                _facts.AsksForBase64 = _reader.TokenType == JsonTokenType.String && JsonText.Name(in _reader).SequenceEqual("base64"u8);
                _reader.Skip();
                return null;
            case RequestMember.ResponseFormat:
            case RequestMember.Text:
            case RequestMember.OutputConfig:
            case RequestMember.GenerationConfig:
            case RequestMember.GenerationConfigSnake:
                ReadFormat();
                return null;
            case RequestMember.User:
            case RequestMember.SafetyIdentifier:
                if (_reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                    return WrongType(member, "a string");
                if (JsonText.String(in _reader) is { Length: > 0 } user)
                    _facts.User = member == RequestMember.User ? user : _facts.User ?? user;
                return null;
            case RequestMember.Metadata:
                return ReadMetadata();
            case RequestMember.MaxTokens:
            case RequestMember.MaxCompletionTokens:
            case RequestMember.MaxOutputTokens:
                return ReadMaxTokens(member);
            case RequestMember.Choices:
            case RequestMember.BestOf:
                return ReadChoices(member);
            default:
                _reader.Skip();
                return null;
        }
    }

    /// <summary>Whether it is Gemini's <c>countTokens</c>; without <c>isForeign</c> tokens are counted for Anthropic's callers.</summary>
    private readonly bool CountsGemini => _isForeign && _operation == Operation.CountTokens;

    private RequestScanError? ReadModel()
    {
        if (_reader.TokenType != JsonTokenType.String)
            return WrongType(RequestMember.Model, "a string");
        var model = JsonText.String(in _reader);
        if (string.IsNullOrEmpty(model))
            return Wrong(RequestMember.Model, "Invalid 'model': expected a name, but got an empty or invalid string.", "invalid_value");
        _facts.Model = model;
        _facts.ModelValue = JsonText.ScalarRange(in _reader);
        return null;
    }

    // Of interest for images alone; what is no short text is the provider's to refuse.
    private string? ReadWord()
    {
        var word = _operation == Operation.ImageGenerations && _reader.TokenType == JsonTokenType.String && _reader.ValueSpan.Length <= LongestWord
            ? JsonText.String(in _reader) : null;
        _reader.Skip();
        return word;
    }

    private void ReadWebSearchOptions()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            _reader.Skip();
            return;
        }
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSize = JsonText.Name(in _reader).SequenceEqual("search_context_size"u8);
            _reader.Read();
            if (isSize && _reader.TokenType == JsonTokenType.String)
                _searchContextSize = SearchContextSizes.Of(_reader.ValueSpan);
            _reader.Skip();
        }
    }

    private RequestScanError? ReadStreamOptions()
    {
        if (_reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
            return WrongType(RequestMember.StreamOptions, "an object");
        var start = _reader.TokenStartIndex;
        if (_reader.TokenType == JsonTokenType.StartObject)
        {
            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                var isIncludeUsage = JsonText.Name(in _reader).SequenceEqual("include_usage"u8);
                _reader.Read();
                if (!isIncludeUsage)
                {
                    _reader.Skip();
                    continue;
                }
                if (_facts.IncludeUsageValue.Exists)
                    return new RequestScanError("Duplicate parameter: 'stream_options.include_usage' is given more than once.", "stream_options.include_usage", "duplicate_parameter");
                if (_reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
                    return new RequestScanError($"Invalid type for 'stream_options.include_usage': expected a boolean, but got {Describe(_reader.TokenType)} instead.", "stream_options.include_usage", "invalid_type");
                _facts.IncludeUsageValue = JsonText.ScalarRange(in _reader);
                _facts.IncludeUsage = _reader.TokenType == JsonTokenType.True;
            }
        }
        _facts.StreamOptionsValue = new ByteRange(start, _reader.BytesConsumed - start);
        return null;
    }

    private RequestScanError? ReadMetadata()
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return null;
        if (_reader.TokenType != JsonTokenType.StartObject)
            return WrongType(RequestMember.Metadata, "an object");
        List<KeyValuePair<string, string>>? metadata = null;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            // Lengths are bounded before anything is decoded: six bytes of JSON are the most for one character.
            var name = _reader.ValueSpan.Length <= LongestMetadataName * 6 ? JsonText.String(in _reader) : null;
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.String && name is { Length: <= LongestMetadataName } && metadata is not { Count: >= MostMetadata }
                && _reader.ValueSpan.Length <= LongestMetadataValue * 6
                && JsonText.String(in _reader) is { Length: <= LongestMetadataValue } value)
            {
                (metadata ??= []).Add(new(name, value));
            }
            _reader.Skip();
        }
        _facts.Metadata = metadata;
        return null;
    }

    private RequestScanError? ReadMaxTokens(RequestMember member)
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return null;
        if (_reader.TokenType != JsonTokenType.Number)
            return WrongType(member, "an integer");
        if (!_reader.TryGetInt64(out var tokens) || tokens < 0)
            return Wrong(member, $"Invalid '{RequestMembers.NameOf(member)}': expected a non-negative integer.", "invalid_value");

        // A caller that gives two of the names is metered by the larger.
        _facts.MaxOutputTokens = Math.Max(_facts.MaxOutputTokens ?? 0, tokens);
        return null;
    }

    private RequestScanError? ReadChoices(RequestMember member)
    {
        // best_of is a member of legacy completions alone: so many answers are produced and billed, n of them shown.
        if (_reader.TokenType == JsonTokenType.Null || (member == RequestMember.BestOf && _operation != Operation.Completions))
        {
            _reader.Skip();
            return null;
        }
        if (_reader.TokenType != JsonTokenType.Number)
            return WrongType(member, "an integer");
        if (!_reader.TryGetInt64(out var choices) || choices is < 1 or > int.MaxValue)
            return Wrong(member, $"Invalid '{RequestMembers.NameOf(member)}': expected a positive integer.", "invalid_value");
        _facts.Choices = Math.Max(_facts.Choices, (int)choices);
        return null;
    }

    private readonly RequestScanError? Missing() =>
        _operation switch
        {
            Operation.CountTokens when _isForeign => Require(RequestMember.Contents),
            Operation.ChatCompletions or Operation.Messages or Operation.CountTokens => Require(RequestMember.Messages),
            Operation.GenerateContent => Require(RequestMember.Contents),
            Operation.Completions or Operation.ImageGenerations => Require(RequestMember.Prompt),
            Operation.Embeddings when _isForeign => null,
            Operation.Embeddings or Operation.Speech or Operation.Moderations => Require(RequestMember.Input),
            Operation.Rerank => Require(RequestMember.Query) ?? Require(RequestMember.Documents),
            _ => null,
        };

    private readonly RequestScanError? Require(RequestMember member) =>
        (_seen & (1UL << (int)member)) != 0
            ? null
            : Wrong(member, $"Missing required parameter: '{RequestMembers.NameOf(member)}'.", "missing_required_parameter");

    private readonly RequestScanError WrongType(RequestMember member, string expected) =>
        Wrong(member, $"Invalid type for '{RequestMembers.NameOf(member)}': expected {expected}, but got {Describe(_reader.TokenType)} instead.", "invalid_type");

    private static RequestScanError Wrong(RequestMember member, string message, string code) =>
        new(message, RequestMembers.NameOf(member), code);

    private static string Describe(JsonTokenType type) =>
        type switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "a number",
            JsonTokenType.True or JsonTokenType.False => "a boolean",
            _ => "null",
        };
}
