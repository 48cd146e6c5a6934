using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Transcription;

/// <summary>Gemini's models that hear, by <c>generateContent</c> and an instruction. Source: <c>https://ai.google.dev/gemini-api/docs/audio</c>.</summary>
/// <remarks>Times that the model would write are guesses, so none are asked for.</remarks>
public sealed class GeminiTranscription : TranscriptionForm
{
    private const string Transcribe = "Write down the speech in this recording, word for word. Answer with what is said and nothing else. If nobody speaks, answer with nothing.";
    private const string Translate = "Translate the speech in this recording into English. Answer with the translation and nothing else. If nobody speaks, answer with nothing.";

    /// <summary>The form.</summary>
    public static GeminiTranscription Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Gemini";

    /// <inheritdoc/>
    public override bool TellsTimes => false;

    /// <inheritdoc/>
    public override string PathOf(TranscriptionRequest request) => "models/{model}:generateContent";

    private protected override FormBody Write(TranscriptionRequest request, Translation translation)
    {
        var instruction = new StringBuilder(request.IntoEnglish ? Translate : Transcribe);
        if (request.Language is { } language)
            instruction.Append(" The language spoken is ").Append(language).Append('.');
        if (request.Prompt is { } prompt)
            instruction.Append(" For spelling and context: ").Append(prompt);
        using var form = new JsonFormWriter();
        var json = form.Json;
        json.WriteStartObject();
        json.WriteStartArray("contents"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, instruction.ToString());
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteStartObject("inlineData"u8);
        json.WriteString("mimeType"u8, request.FileType);
        form.File("data"u8, request.File);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        if (request.Temperature is { } temperature)
        {
            json.WriteStartObject("generationConfig"u8);
            json.WriteNumber("temperature"u8, temperature);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        return form.Finish();
    }

    private protected override Transcript Read(JsonElement root)
    {
        var candidate = JsonBody.First(JsonBody.Member(root, "candidates"u8));
        var why = JsonBody.TextOf(JsonBody.Member(root, "promptFeedback"u8), "blockReason"u8) ?? JsonBody.TextOf(candidate, "finishReason"u8);
        var text = new StringBuilder();
        foreach (var part in JsonBody.Items(JsonBody.Member(JsonBody.Member(candidate, "content"u8), "parts"u8)))
        {
            if (JsonBody.BoolOf(part, "thought"u8) != true)
                text.Append(JsonBody.TextOf(part, "text"u8));
        }
        // Silence is an answer; a candidate that never was is none.
        if (text.Length == 0 && why is null)
            throw new ChatFormatException("The answer has no text.");
        return new Transcript
        {
            Text = text.ToString().Trim(),
            Usage = GeminiUsage.Read(JsonBody.Member(root, "usageMetadata"u8), out _, null),
            Model = JsonBody.TextOf(root, "modelVersion"u8),
            Refusal = text.Length > 0 || why is "STOP" or "MAX_TOKENS" ? null
                : new ProviderError($"The provider declined to transcribe this: {why}", "invalid_request_error", "content_filter", null, ProviderErrorKind.ContentPolicy),
        };
    }
}
