using System.Buffers.Binary;
using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers <c>/v1/audio/speech</c> with silence: a tenth of a second a token, five seconds at most.</summary>
internal static class SpeechAnswer
{
    private const int SamplesPerSecond = 8000;
    private const int MaxTokens = 50;
    private const int MaxCharacters = 4096;

    public static Answer Of(SimulatedRequest request)
    {
        var json = request.Json;
        if ((RequestRules.Require(json, "input") ?? RequestRules.Require(json, "voice")) is { } refusal)
            return refusal;
        if (json.Text("input"u8) is not { } input)
            return RequestRules.WrongType("input", "a string", json.GetProperty("input"u8));
        if (input.Length is 0 or > MaxCharacters)
            return ErrorAnswers.BadRequest($"Invalid 'input': expected 1 to {MaxCharacters} characters, but got {input.Length}.", "input", "invalid_value");

        var tokens = Tokens.Of(input);
        var length = Math.Min(tokens, MaxTokens);
        var format = json.Text("response_format"u8) ?? "mp3";
        (string Type, byte[] Audio)? made = format switch
        {
            "mp3" => ("audio/mpeg", Mp3(length)),
            "wav" => ("audio/wav", Wav(length)),
            "pcm" => ("audio/pcm", new byte[length * SamplesPerSecond / 10 * 2]),
            _ => null,
        };
        if (made is not { } speech)
            return ErrorAnswers.BadRequest($"The simulator has no encoder for '{format}'. It knows mp3, wav and pcm.", "response_format", "invalid_value");
        if (json.Is("stream_format"u8, "sse"u8))
            return new Answer { ContentType = Answer.EventStreamType, Events = Events(request, speech.Audio, tokens), InputTokens = tokens, OutputTokens = length };
        return new Answer { ContentType = speech.Type, SharedBody = speech.Audio, InputTokens = tokens, OutputTokens = length };
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Events(SimulatedRequest request, byte[] audio, int input)
    {
        const int Piece = 1024;
        using var output = PooledOutput.Rent();
        for (var at = 0; at < audio.Length; at += Piece)
        {
            var delta = EventText.Start(output);
            delta.WriteStartObject();
            delta.WriteString("type"u8, "speech.audio.delta"u8);
            delta.WriteBase64String("audio"u8, audio.AsSpan(at, Math.Min(Piece, audio.Length - at)));
            delta.WriteEndObject();
            yield return EventText.End(output, delta);
        }
        var done = EventText.Start(output);
        done.WriteStartObject();
        done.WriteString("type"u8, "speech.audio.done"u8);
        if (request.ReportsUsage)
            WriteUsage(done, input, Math.Min(input, MaxTokens));
        done.WriteEndObject();
        yield return EventText.End(output, done);
    }

    private static void WriteUsage(Utf8JsonWriter json, int input, int output)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, input);
        json.WriteNumber("output_tokens"u8, output);
        json.WriteNumber("total_tokens"u8, input + output);
        json.WriteEndObject();
    }

    /// <summary>Silence as MP3.</summary>
    // MPEG-1 Layer III, 128 kbit/s, 44.1 kHz: frames of 417 bytes and 26 ms whose side information is all zero are silence.
    public static byte[] Mp3(int tokens)
    {
        const int FrameBytes = 417;
        var frames = tokens * 4;
        var audio = new byte[frames * FrameBytes];
        for (var frame = 0; frame < frames; frame++)
            BinaryPrimitives.WriteUInt32BigEndian(audio.AsSpan(frame * FrameBytes), 0xFFFB9000);
        return audio;
    }

    /// <summary>Silence as a WAV file.</summary>
    public static byte[] Wav(int tokens)
    {
        var size = tokens * SamplesPerSecond / 10 * 2;
        var audio = new byte[44 + size];
        var head = audio.AsSpan();
        "RIFF"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], 36 + size);
        "WAVEfmt "u8.CopyTo(head[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(head[20..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(head[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(head[24..], SamplesPerSecond);
        BinaryPrimitives.WriteInt32LittleEndian(head[28..], SamplesPerSecond * 2);
        BinaryPrimitives.WriteInt16LittleEndian(head[32..], 2);
        BinaryPrimitives.WriteInt16LittleEndian(head[34..], 16);
        "data"u8.CopyTo(head[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(head[40..], size);
        return audio;
    }
}
