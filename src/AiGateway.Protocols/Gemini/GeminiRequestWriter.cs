using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Writes the body of generateContent: of its own model as it was read, of another dialect's as Google takes it.</summary>
internal sealed class GeminiRequestWriter
{
    private readonly ChatRequest _request;
    private readonly Translation _translation;
    private readonly Utf8JsonWriter _writer;
    private readonly GeminiModel _model;
    private readonly bool _isOwn;

    public GeminiRequestWriter(ChatRequest request, Translation translation, Utf8JsonWriter writer)
    {
        _request = request;
        _translation = translation;
        _writer = writer;
        _model = GeminiModel.Of(translation.Model.Length > 0 ? translation.Model : request.Model);
        _isOwn = request.Source == Dialect.Gemini;
    }

    public void Write()
    {
        _writer.WriteStartObject();
        WriteMembers();
        _writer.WriteEndObject();
    }

    /// <summary>Writes the members into the object that is open.</summary>
    public void WriteMembers()
    {
        var turns = new GeminiTurns(_request, _translation, _model.IsThirdGeneration);
        var formatIsInstruction = SayFormat(turns);
        if (turns.Instructions.Count > 0)
        {
            _writer.WriteStartObject("systemInstruction");
            _writer.WriteStartArray("parts");
            foreach (var piece in turns.Instructions)
                WritePiece(piece, signature: null);
            _writer.WriteEndArray();
            _writer.WriteString("role", "user");
            _writer.WriteEndObject();
        }
        _writer.WriteStartArray("contents");
        foreach (var turn in turns.Contents)
            WriteTurn(turn);
        _writer.WriteEndArray();
        var tools = new GeminiToolsWriter(_request, _translation, _writer, _model);
        tools.Write();
        new GeminiConfigWriter(_request, _translation, _writer, _model, formatIsInstruction).Write();
        WriteRest();
    }

    /// <summary>"Function calling with a response mime type: 'application/json' is unsupported", say models before the third generation: beside functions the form becomes an instruction.</summary>
    private bool SayFormat(GeminiTurns turns)
    {
        if (_isOwn || _model.IsThirdGeneration || _request.Format is not { Kind: not ChatFormatKind.Text } format || !_request.Tools.Exists(static tool => tool.Native.IsAbsent))
            return false;
        _translation.Approximate("response_format", "sent as an instruction: the model takes no JSON mode beside functions");
        var words = format.Schema.IsAbsent
            ? "When you do not call a function, answer with one JSON value and nothing else, without code fences."
            : $"When you do not call a function, answer with one JSON value and nothing else, without code fences, that obeys this JSON schema:\n{format.Schema}";
        turns.Instructions.Add(new GeminiPiece(new TextPart(words), "response_format"));
        return true;
    }

    private void WriteTurn(GeminiTurn turn)
    {
        _writer.WriteStartObject();
        _writer.WriteString("role", turn.Role);
        _writer.WriteStartArray("parts");
        var signed = false;
        foreach (var piece in turn.Pieces)
        {
            string? signature = null;
            if (piece.Part is ToolCallPart && (!_isOwn || HasForeignTurns()))
            {
                signature = SignatureOf(piece.Part) ?? (_isOwn ? null : ForeignSignature(piece.Part));

                // Only the first call of a turn is signed, and only this generation insists on it.
                if (signature is null && !signed && _model.IsThirdGeneration)
                    signature = GeminiPartWriter.SkipSignature;
                signed = true;
            }
            WritePiece(piece, signature);
        }
        _writer.WriteEndArray();
        if (_isOwn)
            GeminiJson.WriteMembers(_writer, turn.Extensions, "");
        _writer.WriteEndObject();
    }

    /// <summary>
    /// The signature as Google's OpenAI-compatible endpoint carries it: <c>"extra_content":{"google":{"thought_signature":"…"}}</c>
    /// (https://ai.google.dev/gemini-api/docs/thought-signatures#openai).
    /// </summary>
    private static string? ForeignSignature(ChatPart part)
    {
        var extra = part.Extensions is { } members ? members.Find("extra_content") : default;
        if (extra.IsAbsent)
            return null;
        using var document = extra.Open();
        return JsonBody.TextOrNull(GeminiNames.Find(GeminiNames.Find(document.RootElement, "google"), "thoughtSignature"));
    }

    /// <summary>Whether a Gemini client brings turns of another provider's model, whose signatures the gateway had sealed.</summary>
    private bool HasForeignTurns() => _request.Messages.Exists(static message => message.Parts.Exists(static part => part.SignedBy is not (null or Dialect.Gemini)));

    /// <summary>Google's own signatures, and nobody else's.</summary>
    private string? SignatureOf(ChatPart part) => (part.SignedBy ?? _request.Source) == Dialect.Gemini ? part.Signature : null;

    private void WritePiece(in GeminiPiece piece, string? signature)
    {
        signature ??= SignatureOf(piece.Part);
        var members = _isOwn ? piece.Part.Extensions : null;
        switch (piece.Part)
        {
            case TextPart text:
                GeminiPartWriter.Text(_writer, text.Text, thought: false, signature, members);
                break;
            case RefusalPart refusal:
                GeminiPartWriter.Text(_writer, refusal.Text, thought: false, signature, members);
                break;
            case ThinkingPart thinking:
                GeminiPartWriter.Text(_writer, thinking.Text, thought: true, signature, members);
                break;
            case ToolCallPart call:
                if (!CallArguments.AreObject(call))
                    _translation.Approximate(piece.Path + ".arguments", "arguments that are no JSON object are sent as the member 'input'");
                GeminiPartWriter.Call(_writer, call, signature, members);
                break;
            case ToolResultPart result:
                WriteResult(result, piece, signature, members);
                break;
            case MediaPart media:
                if (media.MediaType is null && media.Url is not null && GeminiMedia.TypeOf(media.Url) is null && !_isOwn)
                {
                    // Vertex AI insists on a type.
                    _translation.Approximate(piece.Path, $"the type of the file is unknown: taken for {GeminiMedia.Likely(media.Kind)}");
                    media = new MediaPart(media.Kind) { Url = media.Url, MediaType = GeminiMedia.Likely(media.Kind) };
                }
                GeminiPartWriter.Media(_writer, media, signature, _isOwn);
                break;
            case OpaquePart opaque:
                opaque.Value.WriteTo(_writer);
                break;
            default:
                break;
        }
    }

    private void WriteResult(ToolResultPart result, in GeminiPiece piece, string? signature, JsonMembers? members)
    {
        _writer.WriteStartObject();
        _writer.WriteStartObject("functionResponse");
        if (result.CallId.Length > 0 && !GeminiCallIds.IsInvented(result.CallId))
            _writer.WriteString("id", result.CallId);
        _writer.WriteString("name", piece.ToolName ?? result.Name ?? "");
        if (!result.Json.IsAbsent || !_isOwn)
        {
            _writer.WritePropertyName("response");
            WriteResponse(result);
        }
        var media = result.Content.FindAll(static part => part is MediaPart or OpaquePart { Dialect: Dialect.Gemini });
        if (media.Count > 0 && (_isOwn || _model.IsThirdGeneration))
        {
            _writer.WriteStartArray("parts");
            foreach (var part in media)
                WritePiece(new GeminiPiece(part, piece.Path), signature: null);
            _writer.WriteEndArray();
        }
        GeminiJson.WriteMembers(_writer, members, "functionResponse.");
        _writer.WriteEndObject();
        GeminiPartWriter.End(_writer, signature, members);
    }

    /// <summary>"Use output for the result and error for details of a failure; if neither is there, the whole is the result" (https://ai.google.dev/api/caching#FunctionResponse).</summary>
    private void WriteResponse(ToolResultPart result)
    {
        var isError = result.IsError == true;
        if (!result.Json.IsAbsent)
        {
            if (result.Json.Utf8[0] == (byte)'{')
            {
                result.Json.WriteTo(_writer);
                return;
            }
            _writer.WriteStartObject();
            _writer.WritePropertyName(isError ? "error" : "output");
            result.Json.WriteTo(_writer);
            _writer.WriteEndObject();
            return;
        }
        var text = string.Concat(result.Content.ConvertAll(static part => part switch
        {
            TextPart words => words.Text,
            RefusalPart refusal => refusal.Text,
            _ => "",
        }));
        if (JsonValue.TryParseObject(text, out var value) && (!isError || SaysError(value)))
        {
            value.WriteTo(_writer);
            return;
        }
        _writer.WriteStartObject();
        _writer.WriteString(isError ? "error" : "output", text);
        _writer.WriteEndObject();
    }

    /// <summary>Whether a failed tool's result has Google's form already.</summary>
    private static bool SaysError(JsonValue result)
    {
        using var document = result.Open();
        return document.RootElement.TryGetProperty("error", out _);
    }

    private void WriteRest()
    {
        switch (_request.ServiceTier)
        {
            case null or "auto":
                break;
            case "default" or "standard" or "standard_only":
                _writer.WriteString("serviceTier", "standard");
                break;
            case "flex" or "priority":
                _writer.WriteString("serviceTier", _request.ServiceTier);
                break;
            default:
                if (_isOwn)
                    _writer.WriteString("serviceTier", _request.ServiceTier);
                else
                    _translation.Drop("service_tier", string.Create(CultureInfo.InvariantCulture, $"Gemini has no tier '{_request.ServiceTier}'"));
                break;
        }
        if (_isOwn)
        {
            GeminiJson.WriteMembers(_writer, _request.Extensions, "");
            return;
        }
        _translation.DropAll(_request.Extensions);
        if (_request.ParallelToolCalls == false)
            _translation.Drop("parallel_tool_calls", "Gemini cannot be kept from calling several tools");
        if (_request.Verbosity is not null)
            _translation.Drop("verbosity", "Gemini has no such setting");
        if (_request.User is not null)
            _translation.Drop("user", "Gemini takes no end user");
        if (!_request.Metadata.IsAbsent)
            _translation.Drop("metadata", "Gemini takes no metadata");
        if (_request.Store == true)
            _translation.Drop("store", "Gemini keeps no answers");
        if (_request.PreviousResponseId is not null)
            _translation.Drop("previous_response_id", "Gemini keeps no answers to go on from");
    }
}
