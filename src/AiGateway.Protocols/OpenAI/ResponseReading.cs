using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>One pass over the object of a whole answer. A mutable value, used in one place.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ResponseReading(Operation operation, UsageRules rules, ResponseFacts facts)
{
    private readonly Operation _operation = operation;
    private readonly UsageRules _rules = rules;
    private readonly ResponseFacts _facts = facts;
    private ResponseObject _response = new();
    private List<JsonEdit>? _edits;
    private Usage? _metaUsage;
    private string? _model;
    private string? _serviceTier;
    private int _images;
    private bool _isErrorObject;

    private readonly bool IsResponse => _operation is Operation.Responses or Operation.StoredResponse;

    private readonly bool IsImage => _operation is Operation.ImageGenerations or Operation.ImageEdits or Operation.ImageVariations;

    public void Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("choices"u8))
                ReadChoices(ref reader);
            else if (IsAnswer(name, reader.TokenType))
                ReadAnswer(name, ref reader);
            else if (_operation == Operation.StoredResponse && name.SequenceEqual("deleted"u8))
                _facts.HasAnswer = true;
            else if (!ReadOther(name, ref reader) && !_response.TryReadMember(name, ref reader, 0, _rules, ref _model, ref _serviceTier))
                reader.Skip();
        }

        _facts.Model = _model;
        _facts.ServiceTier = _serviceTier;
        _facts.Usage = _response.UsageWithTools ?? _metaUsage;
        // Tokens in `usage`, searches in `meta`: both were consumed.
        if (_facts.Usage is { SearchUnits: 0 } usage && _metaUsage is { SearchUnits: > 0 and var searches })
            _facts.Usage = usage with { SearchUnits = searches };
        if (_images > 0)
            _facts.Usage = (_facts.Usage ?? new Usage()) with { Images = _images };
        _facts.Edits = _edits ?? _facts.Edits;
        if (IsResponse)
        {
            _facts.ResponseIdValue = _response.Id;
            _facts.PreviousResponseIdValue = _response.PreviousId;
            _facts.FinishReason = _response.IncompleteReason ?? _response.Status;
        }
        if (_response.HasError || (_isErrorObject && !_facts.HasAnswer))
            _facts.Error = ProviderError.Parse(0, body);
    }

    private static bool IsAnswer(ReadOnlySpan<byte> name, JsonTokenType value) =>
        name.Length switch
        {
            4 => (name.SequenceEqual("data"u8) && value == JsonTokenType.StartArray) || (name.SequenceEqual("text"u8) && value == JsonTokenType.String),
            6 => name.SequenceEqual("output"u8) && value == JsonTokenType.StartArray,
            10 => name.SequenceEqual("embeddings"u8) && value is JsonTokenType.StartObject or JsonTokenType.StartArray,
            7 => name.SequenceEqual("results"u8) && value == JsonTokenType.StartArray,
            _ => false,
        };

    private void ReadAnswer(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        _facts.HasAnswer = true;
        if (!IsImage || !name.SequenceEqual("data"u8))
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _images++;
            reader.Skip();
        }
    }

    private bool ReadOther(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        if (name.SequenceEqual("meta"u8))
        {
            // Cohere's rerank: meta.billed_units.search_units.
            _metaUsage = UsageReader.Read(ref reader, _rules) ?? _metaUsage;
            return true;
        }
        if (name.SequenceEqual("x_groq"u8) && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isUsage = reader.ValueSpan.SequenceEqual("usage"u8);
                reader.Read();
                if (isUsage)
                    _metaUsage = UsageReader.Read(ref reader, _rules) ?? _metaUsage;
                else
                    reader.Skip();
            }
            return true;
        }
        if ((name.SequenceEqual("object"u8) || name.SequenceEqual("type"u8)) && reader.TokenType == JsonTokenType.String)
        {
            _isErrorObject |= JsonText.Is(ref reader, "error"u8);
            return true;
        }
        return false;
    }

    private void ReadChoices(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _facts.HasAnswer = true;
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadChoice(ref reader);
            else
                reader.Skip();
        }
    }

    private void ReadChoice(ref Utf8JsonReader reader)
    {
        var range = ByteRange.None;
        var hasToolCalls = false;
        ReadOnlySpan<byte> reason = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("finish_reason"u8) && reader.TokenType == JsonTokenType.String)
            {
                range = JsonText.ScalarRange(ref reader);
                reason = JsonText.Name(ref reader);
            }
            else if (name.SequenceEqual("message"u8) && reader.TokenType == JsonTokenType.StartObject)
            {
                hasToolCalls |= ReadMessage(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
        if (!range.Exists)
            return;
        if (!reason.IsEmpty)
            _facts.FinishReason ??= FinishReasons.ToText(reason);
        if (!FinishReasons.IsKnown(reason))
        {
            // A whole answer has ended, so an empty reason cannot become null, on which the official .NET client throws.
            var ended = hasToolCalls ? FinishReasons.ToolCalls : FinishReasons.Stop;
            (_edits ??= []).Add(new JsonEdit(range, reason.IsEmpty ? ended : FinishReasons.Map(reason)));
        }
    }

    private static bool ReadMessage(ref Utf8JsonReader reader)
    {
        var hasToolCalls = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isToolCalls = reader.ValueSpan.SequenceEqual("tool_calls"u8);
            reader.Read();
            hasToolCalls |= JsonText.SkipIsFilled(ref reader) && isToolCalls;
        }
        return hasToolCalls;
    }
}
