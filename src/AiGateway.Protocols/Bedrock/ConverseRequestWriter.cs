using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Writes requests.</summary>
/// <remarks>
/// A request of Converse's own goes out as it came. Those of other dialects are fitted to the model, for Bedrock refuses what a
/// model cannot do instead of ignoring it. Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.
/// </remarks>
internal sealed partial class ConverseRequestWriter
{
    /// <summary>What <c>requestMetadata</c> takes at most.</summary>
    private const int MostMetadata = 16;

    private readonly ChatRequest _request;
    private readonly Translation _translation;
    private readonly Utf8JsonWriter _writer;
    private readonly BedrockModel _model;
    private readonly bool _own;
    private readonly ConverseTurns _turns;
    private readonly ConverseBlockWriter _blocks;
    private readonly ConverseReasoning _reasoning;
    private readonly FormatBy _format;
    private bool _dropsMarks;

    /// <summary>How the answer's form is asked for.</summary>
    private enum FormatBy
    {
        None,
        Native,
        Tool,
        Instruction,
    }

    private ConverseRequestWriter(ChatRequest request, Translation translation, Utf8JsonWriter writer)
    {
        _request = request;
        _translation = translation;
        _writer = writer;
        _model = new BedrockModel(translation.Model.Length > 0 ? translation.Model : request.Model);
        _own = request.Source == Dialect.Converse;
        _turns = new ConverseTurns(request, _model, translation);
        _turns.Build();
        _blocks = new ConverseBlockWriter(writer, request.Source) { WritesStatus = _model.TakesToolStatus };
        _reasoning = _own ? new ConverseReasoning() : ConverseReasoning.Of(request, _model, translation);
        _format = JudgeFormat();
    }

    public static void Write(ChatRequest request, Translation translation, Utf8JsonWriter writer) => new ConverseRequestWriter(request, translation, writer).Write();

    private void Write()
    {
        _writer.WriteStartObject();
        WriteMessages();
        WriteSystem();
        WriteInference();
        WriteToolConfig();
        WriteOutputConfig();
        WriteAdditional();
        WriteServiceTier();
        WriteMetadata();
        if (_own)
            WriteExtensions();
        else
            DropUnsaid();
        _writer.WriteEndObject();
    }

    private void WriteMessages()
    {
        _writer.WriteStartArray("messages"u8);
        var index = 0;
        foreach (var turn in _turns.Turns)
        {
            _writer.WriteStartObject();
            _writer.WriteString("role"u8, turn.Role);
            _writer.WriteStartArray("content"u8);
            WriteEntries(turn.Entries);
            _writer.WriteEndArray();
            if (_own)
                WriteMessageExtensions(index);
            _writer.WriteEndObject();
            index++;
        }
        _writer.WriteEndArray();
    }

    private void WriteMessageExtensions(int turn)
    {
        // The instructions are not among the turns when they came first.
        var offset = _request.Messages.Count - _turns.Turns.Count;
        _request.Messages[turn + offset].Extensions?.WriteTo(_writer);
    }

    private void WriteEntries(List<ConverseEntry> entries)
    {
        foreach (var (part, mark) in entries)
        {
            _blocks.Write(part);
            if (mark is not null)
                WriteMark(mark);
        }
    }

    private void WriteMark(string mark)
    {
        if (_own)
        {
            _blocks.WriteCachePoint(mark);
        }
        else if (!_model.TakesCachePoints)
        {
            if (!_dropsMarks)
                _translation.Drop("cache_control", "the model takes no cache points");
            _dropsMarks = true;
        }
        else if (mark == "5m" || _model.TakesLongCache)
        {
            _blocks.WriteCachePoint(mark);
        }
        else
        {
            _translation.Approximate("cache_control", "the model caches for five minutes only");
            _blocks.WriteCachePoint("5m");
        }
    }

    private void WriteSystem()
    {
        var instruction = _format == FormatBy.Instruction
            ? StructuredAnswer.Instruction(_request.Format!.Schema.IsAbsent ? null : _request.Format.Schema.ToString())
            : null;
        if (_turns.System.Count == 0 && instruction is null)
            return;
        _writer.WriteStartArray("system"u8);
        WriteEntries(_turns.System);
        if (instruction is not null)
            _blocks.WriteTextBlock(instruction);
        _writer.WriteEndArray();
    }

    private void WriteInference()
    {
        var rest = _own ? Extension("inferenceConfig") : default;
        var maxTokens = _request.MaxOutputTokens;
        var temperature = _request.Temperature;
        var topP = _request.TopP;
        if (!_own)
            FitSampling(ref maxTokens, ref temperature, ref topP);
        var stops = _own ? _request.Stop : _request.Stop.FindAll(static stop => !string.IsNullOrWhiteSpace(stop));
        if (stops.Count < _request.Stop.Count)
            _translation.Drop("stop", "stop texts of white space alone are refused");
        if (maxTokens is null && temperature is null && topP is null && stops.Count == 0 && rest.IsAbsent)
            return;
        _writer.WriteStartObject("inferenceConfig"u8);
        if (maxTokens is { } most)
            _writer.WriteNumber("maxTokens"u8, most);
        if (temperature is { } warmth)
            _writer.WriteNumber("temperature"u8, warmth);
        if (topP is { } share)
            _writer.WriteNumber("topP"u8, share);
        if (stops.Count > 0)
        {
            _writer.WriteStartArray("stopSequences"u8);
            foreach (var stop in stops)
                _writer.WriteStringValue(stop);
            _writer.WriteEndArray();
        }
        ConverseJson.WriteMembers(_writer, rest);
        _writer.WriteEndObject();
    }

    private void FitSampling(ref long? maxTokens, ref double? temperature, ref double? topP)
    {
        if (temperature is { } warmth && warmth is < 0 or > 1)
        {
            _translation.Approximate("temperature", "Converse's range is 0 to 1");
            temperature = Math.Clamp(warmth, 0, 1);
        }
        if (topP is { } share && share is < 0 or > 1)
        {
            _translation.Approximate("top_p", "Converse's range is 0 to 1");
            topP = Math.Clamp(share, 0, 1);
        }
        if (_reasoning.ExcludesInference)
        {
            DropWhen(maxTokens is not null, "max_tokens", "Nova's highest effort excludes it");
            maxTokens = null;
        }
        if (_reasoning.Thinks || _reasoning.ExcludesInference)
        {
            DropWhen(temperature is not null and not 1, "temperature", "the model takes none while it thinks");
            DropWhen(topP is not null, "top_p", "the model takes none while it thinks");
            temperature = null;
            topP = null;
        }
        if (temperature is not null && topP is not null && _model.TakesOneSamplingParameter)
        {
            _translation.Drop("top_p", "the model takes temperature or top_p, not both");
            topP = null;
        }
    }

    private FormatBy JudgeFormat()
    {
        if (_request.Format is not { } format || format.Kind == ChatFormatKind.Text)
            return FormatBy.None;
        if (_own)
            return FormatBy.Native;
        if (format.Kind == ChatFormatKind.JsonSchema && !format.Schema.IsAbsent)
        {
            if (_model.TakesSchema)
                return FormatBy.Native;

            // The caller's own choice of tools comes first, and thinking forbids to force one.
            var isFree = _request.ToolChoice is null or { Mode: ChatToolMode.Auto or ChatToolMode.None };
            if (_model.TakesToolChoice && isFree && !_reasoning.Thinks && IsObjectSchema(format.Schema))
            {
                _translation.Approximate("response_format", "the model answers by calling a tool whose arguments obey the schema");
                return FormatBy.Tool;
            }
        }
        _translation.Approximate("response_format", "the model is told to answer in JSON; nothing enforces it");
        return FormatBy.Instruction;
    }

    private static bool IsObjectSchema(JsonValue schema)
    {
        using var document = schema.Open();
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8);
    }

    private void WriteOutputConfig()
    {
        var rest = _own ? Extension("outputConfig") : default;
        if (_format != FormatBy.Native && rest.IsAbsent)
            return;
        _writer.WriteStartObject("outputConfig"u8);
        if (_format == FormatBy.Native && _request.Format is { Schema.IsAbsent: false } format)
        {
            _writer.WriteStartObject("textFormat"u8);
            _writer.WriteString("type"u8, "json_schema"u8);
            _writer.WriteStartObject("structure"u8);
            _writer.WriteStartObject("jsonSchema"u8);
            _writer.WriteString("schema"u8, format.Schema.Utf8);
            if (format.Name is { } name)
                _writer.WriteString("name"u8, name);
            if (format.Description is { } description)
                _writer.WriteString("description"u8, description);
            _writer.WriteEndObject();
            _writer.WriteEndObject();
            _writer.WriteEndObject();
        }
        ConverseJson.WriteMembers(_writer, rest);
        _writer.WriteEndObject();
    }

    private void WriteAdditional()
    {
        if (_own)
            return;
        var topK = _request.TopK;
        if (topK is not null && (_reasoning.Thinks || !(_model.IsClaude || _model.IsNova || _model.IsCohere || _model.IsMistral)))
        {
            _translation.Drop("top_k", _reasoning.Thinks ? "the model takes none while it thinks" : "the model takes none on Converse");
            topK = null;
        }
        if (topK is null && !_reasoning.Thinks && _reasoning.Effort is null)
            return;
        _writer.WriteStartObject("additionalModelRequestFields"u8);
        _reasoning.WriteTo(_writer, _model);
        if (topK is { } count)
        {
            if (_model.IsNova)
            {
                _writer.WriteStartObject("inferenceConfig"u8);
                _writer.WriteNumber("topK"u8, count);
                _writer.WriteEndObject();
            }
            else
            {
                _writer.WriteNumber(_model.IsCohere ? "k"u8 : "top_k"u8, count);
            }
        }
        _writer.WriteEndObject();
    }

    private void WriteServiceTier()
    {
        if (_request.ServiceTier is not { } tier)
            return;
        var word = _own ? tier : tier switch
        {
            "default" or "flex" or "priority" or "reserved" => tier,
            "standard_only" => "default",
            "fast" => "priority",
            _ => null,
        };
        if (word is null)
        {
            DropWhen(tier != "auto", "service_tier", "Bedrock has no such tier");
            return;
        }
        _writer.WriteStartObject("serviceTier"u8);
        _writer.WriteString("type"u8, word);
        _writer.WriteEndObject();
    }

    private void WriteMetadata()
    {
        if (_request.Metadata.IsAbsent)
            return;
        if (!_own && !IsTakenMetadata(_request.Metadata))
        {
            _translation.Drop("metadata", "Bedrock takes 16 short strings of plain characters");
            return;
        }
        _writer.WritePropertyName("requestMetadata"u8);
        _request.Metadata.WriteTo(_writer);
    }

    /// <summary>Keys and values of <c>[a-zA-Z0-9\s:_@$#=/+,-.]</c>, up to 256 characters.</summary>
    private static bool IsTakenMetadata(JsonValue metadata)
    {
        using var document = metadata.Open();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return false;
        var count = 0;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (++count > MostMetadata || member.Value.ValueKind != JsonValueKind.String || !IsPlain(member.Name, 1) || !IsPlain(member.Value.GetString()!, 0))
                return false;
        }
        return count > 0;
    }

    private static bool IsPlain(string text, int least)
    {
        if (text.Length < least || text.Length > 256)
            return false;
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && !" \t\n:_@$#=/+,-.".Contains(letter, StringComparison.Ordinal))
                return false;
        }
        return true;
    }

    private void WriteExtensions()
    {
        foreach (var (name, value) in _request.Extensions?.All ?? [])
        {
            if (name is "inferenceConfig" or "outputConfig" or "toolConfig" or "toolConfig.toolChoice")
                continue;
            _writer.WritePropertyName(name);
            value.WriteTo(_writer);
        }
    }

    private void DropUnsaid()
    {
        _translation.DropAll(_request.Extensions);
        DropWhen(_request.FrequencyPenalty is not null and not 0, "frequency_penalty", "Converse has none");
        DropWhen(_request.PresencePenalty is not null and not 0, "presence_penalty", "Converse has none");
        DropWhen(_request.Seed is not null, "seed", "Converse has none");
        DropWhen(_request.Candidates is > 1, "n", "Converse gives one answer");
        DropWhen(_request.Logprobs == true || _request.TopLogprobs is > 0, "logprobs", "Converse gives none");
        DropWhen(_request.Verbosity is not null, "verbosity", "Converse has none");
        DropWhen(_request.User is not null, "user", "Converse has none");
        DropWhen(_request.Store == true, "store", "Bedrock keeps no answers");
        DropWhen(_request.PreviousResponseId is not null, "previous_response_id", "Bedrock keeps no answers");
        DropWhen(_request.Modalities?.Exists(static modality => modality != "text") == true, "modalities", "the answer is text");
        DropWhen(_request.ParallelToolCalls == false, "parallel_tool_calls", "Converse cannot forbid it");
    }

    private void DropWhen(bool condition, string path, string why)
    {
        if (condition)
            _translation.Drop(path, why);
    }

    private JsonValue Extension(string name) => _request.Extensions?.Find(name) ?? default;
}
