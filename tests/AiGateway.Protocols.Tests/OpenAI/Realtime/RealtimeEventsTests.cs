using System.Text;
using AiGateway.Protocols.OpenAI.Realtime;

namespace AiGateway.Protocols.Tests.OpenAI.Realtime;

/// <summary>Pins that an event is known for what it is by as little of it as can be, wherever it is cut.</summary>
public sealed class RealtimeEventsTests
{
    [Theory]
    [InlineData("""{"type":"response.done","response":{}}""", RealtimeEventKind.ResponseDone)]
    [InlineData("""{"event_id":"e","type":"response.created"}""", RealtimeEventKind.ResponseCreated)]
    [InlineData("""{"session":{"type":"response.done","a":["}",{"type":1}]},"type":"session.updated"}""", RealtimeEventKind.Session)]
    [InlineData("""{"type":"transcription_session.created"}""", RealtimeEventKind.Session)]
    [InlineData("""{"type":"session.update"}""", RealtimeEventKind.SessionUpdate)]
    [InlineData("""{"ty\u0070e":"session\u002eupdate"}""", RealtimeEventKind.SessionUpdate)]
    [InlineData("""{"type":"transcription_session.update"}""", RealtimeEventKind.SessionUpdate)]
    [InlineData("""{"type":"conversation.item.input_audio_transcription.completed"}""", RealtimeEventKind.TranscriptionCompleted)]
    [InlineData("""{"type":"conversation.item.input_audio_transcription.delta"}""", RealtimeEventKind.Other)]
    [InlineData("""{"type":"response.output_audio.delta","delta":"AAAA"}""", RealtimeEventKind.Other)]
    [InlineData("""{"type":"session.updat\ud800"}""", RealtimeEventKind.Other)]
    [InlineData("""{"type":7}""", RealtimeEventKind.Other)]
    [InlineData("""{"type":{"type":"response.done"}}""", RealtimeEventKind.Other)]
    [InlineData("""{"a":"type"}""", RealtimeEventKind.Other)]
    [InlineData("{}", RealtimeEventKind.Other)]
    [InlineData("[{\"type\":\"response.done\"}]", RealtimeEventKind.Other)]
    [InlineData("\"type\"", RealtimeEventKind.Other)]
    [InlineData("no json", RealtimeEventKind.Other)]
    [InlineData("", RealtimeEventKind.Other)]
    [InlineData("  ", RealtimeEventKind.Other)]
    public void WholeEvent_IsRecognised_AndNoBeginningOfItIsTakenForAnother(string json, RealtimeEventKind kind)
    {
        var bytes = Encoding.UTF8.GetBytes(json);

        Assert.Equal(kind, RealtimeEvents.KindOf(bytes, isWhole: true));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Contains(RealtimeEvents.KindOf(bytes.AsSpan(0, length), isWhole: false), (RealtimeEventKind[])[RealtimeEventKind.Undecided, kind]);
    }

    [Fact]
    public void Audio_IsRecognisedByItsFirstBytes()
    {
        Assert.Equal(RealtimeEventKind.Other, RealtimeEvents.KindOf("""{"type":"input_audio_buffer.append","audio":"AAAA"""u8, isWhole: false));
    }

    [Fact]
    public void ResponseDone_SaysUsageAndStatus()
    {
        var (usage, status) = RealtimeEventReader.ReadResponseDone(
            """{"type":"response.done","response":{"output":[{"usage":{"input_tokens":1},"status":"x"}],"status":"cancelled","usage":{"total_tokens":253,"input_tokens":132,"output_tokens":121,"input_token_details":{"text_tokens":119,"audio_tokens":13,"image_tokens":2,"cached_tokens":70,"cached_tokens_details":{"text_tokens":64,"audio_tokens":5,"image_tokens":1}},"output_token_details":{"text_tokens":30,"audio_tokens":91}}}}"""u8);

        Assert.Equal("cancelled", status);
        Assert.Equal(
            new Usage { InputTokens = 132, AudioInputTokens = 13, ImageInputTokens = 2, CachedInputTokens = 70, CachedAudioInputTokens = 5, CachedImageInputTokens = 1, OutputTokens = 121, AudioOutputTokens = 91 },
            usage);
    }

    [Theory]
    [InlineData("""{"type":"response.done"}""")]
    [InlineData("""{"type":"response.done","response":null}""")]
    [InlineData("""{"type":"response.done","response":[]}""")]
    [InlineData("""{"type":"response.done","response":{"usage":null}}""")]
    [InlineData("""{"type":"response.done","response":{"usage":{"input_tokens":-1}}}""")]
    [InlineData("{\"type\":\"response.done\",\"response\":{\"usage\":")]
    [InlineData("[]")]
    [InlineData("")]
    public void ResponseDoneWithoutUsage_SaysNone(string json) => Assert.Null(RealtimeEventReader.ReadResponseDone(Encoding.UTF8.GetBytes(json)).Usage);

    [Theory]
    [InlineData("""{"usage":{"type":"tokens","total_tokens":26,"input_tokens":17,"input_token_details":{"text_tokens":0,"audio_tokens":17},"output_tokens":9}}""", 17, 17, 9, "0")]
    [InlineData("""{"transcript":"x","usage":{"type":"duration","seconds":1.75}}""", 0, 0, 0, "1.75")]
    public void Transcription_IsCountedInTokensOrSeconds(string json, long input, long audio, long output, string seconds)
    {
        Assert.Equal(
            new Usage { InputTokens = input, AudioInputTokens = audio, OutputTokens = output, AudioSeconds = decimal.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture) },
            RealtimeEventReader.ReadTranscription(Encoding.UTF8.GetBytes(json)));
    }

    [Theory]
    [InlineData("""{"session":{"model":"m","audio":{"output":{"model":"x"},"input":{"transcription":{"model":"t"}}}}}""", "m", "t")]
    [InlineData("""{"session":{"input_audio_transcription":{"model":"t"},"model":"m"}}""", "m", "t")]
    [InlineData("""{"session":{"audio":{"input":{"transcription":null}},"tools":[{"model":"x"}]},"model":"x"}""", null, null)]
    [InlineData("""{"session":{"model":7,"audio":[]}}""", null, null)]
    [InlineData("""{"session":{"model":"m","audio":{"input":""", "m", null)]
    public void Session_NamesItsModels(string json, string? model, string? transcription) =>
        Assert.Equal((model, transcription), RealtimeEventReader.ReadSession(Encoding.UTF8.GetBytes(json)));
}
