using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Speech;

/// <summary>A request for speech as OpenAI's callers make it, for other providers' forms. Null means: the caller did not say.</summary>
/// <remarks>Source: <c>https://platform.openai.com/docs/api-reference/audio/createSpeech</c>.</remarks>
public sealed class SpeechRequest
{
    private const int LongestVoice = 128;

    /// <summary>What is to be spoken.</summary>
    public string Input { get; private set; } = "";

    /// <summary>The voice: a name or an id of the provider's.</summary>
    public string Voice { get; set; } = "";

    /// <summary><c>mp3</c>, <c>opus</c>, <c>aac</c>, <c>flac</c>, <c>wav</c> or <c>pcm</c>; OpenAI gives <c>mp3</c> to who does not say.</summary>
    public string? Format { get; private set; }

    /// <summary>How fast, 0.25 to 4.</summary>
    public double? Speed { get; private set; }

    /// <summary>How it is to be said.</summary>
    public string? Instructions { get; private set; }

    /// <summary>Members that OpenAI does not know.</summary>
    public JsonMembers? Others { get; private set; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="ChatFormatException">A member is wrong, with its name.</exception>
    public static SpeechRequest Read(ReadOnlyMemory<byte> body)
    {
        var request = JsonBody.Read(body, root =>
        {
            var read = new SpeechRequest();
            foreach (var member in root.EnumerateObject())
            {
                if (member.Value.ValueKind != JsonValueKind.Null)
                    read.Set(member);
            }
            return read;
        });
        if (string.IsNullOrWhiteSpace(request.Input))
            throw new ChatFormatException("'input' must not be empty: say what is to be spoken.", "input");
        if (request.Voice is not { Length: > 0 and <= LongestVoice } || request.Voice is "." or ".." || request.Voice.AsSpan().ContainsAnyInRange('\0', '\u001f'))
            throw new ChatFormatException("'voice' must be the name or the id of a voice.", "voice");
        return request;
    }

    private void Set(JsonProperty member)
    {
        switch (member.Name)
        {
            case "model":
                break;
            case "input":
                Input = JsonBody.WantText(member.Value, "input");
                break;
            case "voice":
                // OpenAI's own voices are names, those that a caller made are objects with an id.
                Voice = JsonBody.TextOf(member.Value, "id"u8) ?? JsonBody.WantText(member.Value, "voice");
                break;
            case "response_format":
                Format = JsonBody.WantText(member.Value, "response_format");
                if (Format is not ("mp3" or "opus" or "aac" or "flac" or "wav" or "pcm"))
                    throw new ChatFormatException("'response_format' must be one of mp3, opus, aac, flac, wav, pcm.", "response_format");
                break;
            case "speed":
                Speed = JsonBody.WantDouble(member.Value, "speed");
                if (Speed is < 0.25 or > 4)
                    throw new ChatFormatException("'speed' must be from 0.25 to 4.", "speed");
                break;
            case "instructions":
                Instructions = JsonBody.WantText(member.Value, "instructions") is { Length: > 0 } words ? words : null;
                break;
            case "stream_format":
                if (JsonBody.WantText(member.Value, "stream_format") != "audio")
                    throw new ChatFormatException("The model behind this name gives the sound itself and no events: leave 'stream_format' out, or say 'audio'.", "stream_format");
                break;
            default:
                Others = (Others ?? new JsonMembers()).Add(member.Name, JsonValue.Of(member.Value));
                break;
        }
    }
}
