using System.Buffers;
using System.Globalization;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Transcription;

/// <summary>A request for a transcript as OpenAI's callers make it, for other providers' forms. Null means: the caller did not say.</summary>
/// <remarks>Source: <c>https://platform.openai.com/docs/api-reference/audio/createTranscription</c>.</remarks>
public sealed class TranscriptionRequest
{
    // ISO 639 codes and BCP 47 tags; what is longer is a word for no language.
    private const int LongestLanguage = 20;

    private static readonly SearchValues<char> LanguageCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>The sound.</summary>
    public CallerFile File { get; private set; } = null!;

    /// <summary>The sound's type by its first bytes.</summary>
    public string FileType { get; private set; } = "";

    /// <summary>Whether the transcript is to be in English, whatever is spoken.</summary>
    public bool IntoEnglish { get; init; }

    /// <summary>The language that is spoken, such as <c>de</c>.</summary>
    public string? Language { get; private set; }

    /// <summary>What the sound is about, or how words are spelt.</summary>
    public string? Prompt { get; private set; }

    /// <summary><c>json</c>, <c>text</c>, <c>srt</c>, <c>verbose_json</c> or <c>vtt</c>.</summary>
    public string Format { get; private set; } = "json";

    /// <summary>How freely to guess, 0 to 1.</summary>
    public double? Temperature { get; private set; }

    /// <summary>Whether <c>verbose_json</c> is to have the times of words.</summary>
    public bool WantsWords { get; private set; }

    /// <summary>Whether <c>verbose_json</c> is to have segments.</summary>
    public bool WantsSegments { get; private set; } = true;

    /// <summary>Whether the answer tells times.</summary>
    public bool WantsTimes => Format is "srt" or "vtt" or "verbose_json";

    /// <summary>Names of fields that no form but OpenAI's has a place for.</summary>
    public List<string> Others { get; } = [];

    /// <summary>Reads a form.</summary>
    /// <param name="form">The form.</param>
    /// <param name="intoEnglish">Whether the transcript is to be in English.</param>
    /// <exception cref="ChatFormatException">A field is wrong, with its name.</exception>
    public static TranscriptionRequest Read(UploadedForm form, bool intoEnglish)
    {
        var request = new TranscriptionRequest { IntoEnglish = intoEnglish };
        foreach (var file in form.Files)
        {
            if (file.Field != "file" || request.File is not null)
                throw new ChatFormatException("One file is expected, in the field 'file'.", file.Field);
            request.File = file;
        }
        if (request.File is not { } sound)
            throw new ChatFormatException("The form has no 'file'. Send the sound as a file in that field.", "file");
        if (sound.Length == 0)
            throw new ChatFormatException("The 'file' is empty.", "file");
        request.FileType = MediaTypes.SoundOf(sound.Head.Span)
            ?? throw new ChatFormatException("The 'file' is no sound that is understood. Send flac, m4a, mp3, mp4, mpeg, mpga, oga, ogg, wav or webm.", "file");
        var granular = false;
        foreach (var (name, value) in form.Fields)
        {
            if (name is "timestamp_granularities[]" or "timestamp_granularities")
            {
                if (!granular)
                    request.WantsSegments = false;
                granular = true;
                request.Granularity(value);
            }
            else
            {
                request.Set(name, value);
            }
        }
        if (granular && request.Format != "verbose_json")
            throw new ChatFormatException("'timestamp_granularities' needs 'response_format' verbose_json.", "timestamp_granularities");
        return request;
    }

    private void Granularity(string value)
    {
        switch (value)
        {
            case "word":
                WantsWords = true;
                break;
            case "segment":
                WantsSegments = true;
                break;
            default:
                throw new ChatFormatException("'timestamp_granularities' must be 'word' or 'segment'.", "timestamp_granularities");
        }
    }

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "model":
                break;
            case "language" when value.Length > 0:
                if (value.Length > LongestLanguage || value.AsSpan().ContainsAnyExcept(LanguageCharacters))
                    throw new ChatFormatException("'language' must be a code such as en or pt-BR.", "language");
                Language = value;
                break;
            case "prompt":
                Prompt = value.Length > 0 ? value : null;
                break;
            case "response_format":
                if (value is not ("json" or "text" or "srt" or "verbose_json" or "vtt"))
                    throw new ChatFormatException("'response_format' must be one of json, text, srt, verbose_json, vtt for the model behind this name.", "response_format");
                Format = value;
                break;
            case "temperature":
                Temperature = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1
                    ? number : throw new ChatFormatException("'temperature' must be a number from 0 to 1.", "temperature");
                break;
            case "stream":
                if (value is "true" or "True" or "1")
                    throw new ChatFormatException("The model behind this name gives whole transcripts and no stream of them. Leave 'stream' out.", "stream");
                break;
            default:
                Others.Add(name);
                break;
        }
    }
}
