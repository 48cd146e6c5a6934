using System.Text;
using AiGateway.Protocols.OpenAI.Realtime;

namespace AiGateway.Protocols.Tests.OpenAI.Realtime;

/// <summary>Pins that no name but the plan's reaches a provider in <c>session.update</c>, and that nothing else of the event is touched.</summary>
public sealed class SessionModelEditsTests
{
    [Theory]
    [InlineData("""{"type":"session.update","session":{"instructions":"model"}}""", null)]
    [InlineData("""{"type":"session.update","session":{"model":"real/m"}}""", null)]
    [InlineData("""{"type":"session.update","session":{"model":null}}""", null)]
    [InlineData("""{ "session" : { "model" : "alias" , "a":1 } , "type":"session.update" }""", """{ "session" : { "model" : "real/m" , "a":1 } , "type":"session.update" }""")]
    [InlineData("""{"session":{"mod\u0065l":"al\u0069as"},"type":"session.update"}""", """{"session":{"mod\u0065l":"real/m"},"type":"session.update"}""")]
    [InlineData("""{"session":{"model":"alias","audio":{"input":{"transcription":{"model":"alias"}}},"model":"alias"}}""", """{"session":{"model":"real/m","audio":{"input":{"transcription":{"model":"real/m"}}},"model":"real/m"}}""")]
    [InlineData("""{"session":{"input_audio_transcription":{"model":"whisper-1"},"model":"alias"}}""", """{"session":{"input_audio_transcription":{"model":"whisper-1"},"model":"real/m"}}""")]
    [InlineData("""{"model":"alias","session":{"tools":[{"model":"alias"}],"prompt":{"model":"alias"}}}""", null)]
    public void Alias_IsReplacedWhereAModelIsNamed(string before, string? after)
    {
        var message = Encoding.UTF8.GetBytes(before);
        var edits = new List<ByteRange>();

        Assert.Null(SessionModelEdits.Find(message, "alias", "real/m", transcribesOnly: false, edits, out _));
        Assert.Equal(after ?? before, Encoding.UTF8.GetString(SessionModelEdits.Apply(message, edits, "\"real/m\""u8)));
    }

    [Theory]
    [InlineData("""{"event_id":"e1","session":{"model":"other"}}""")]
    [InlineData("""{"event_id":"e1","session":{"model":"alias","model":"other"}}""")]
    [InlineData("""{"event_id":"e1","session":{"model":"other"},"session":{"model":"alias"}}""")]
    [InlineData("""{"event_id":"e1","session":{"model":"Alias"}}""")]
    [InlineData("""{"event_id":"e1","session":{"model":7}}""")]
    [InlineData("""{"event_id":"e1","session":{"model":{"name":"other"}}}""")]
    [InlineData("""{"event_id":"e1","session":{"model":"oth\u0065r"}}""")]
    [InlineData("""{"event_id":"e1","session":{"model":"\ud800"}}""")]
    [InlineData("""{"event_id":"e1","session":{"model":"alias"}""")]
    [InlineData("""{"event_id":"e1","session":{"model":"alias"}} {"session":{"model":"other"}}""")]
    [InlineData("""{"event_id":"e1","session":{"model":"alias",}}""")]
    public void AnotherModel_OrWhatCannotBeRead_IsRefused(string message)
    {
        Assert.NotNull(SessionModelEdits.Find(Encoding.UTF8.GetBytes(message), "alias", "real/m", transcribesOnly: false, [], out var id));
        Assert.Equal("e1", id);
    }

    [Theory]
    [InlineData("""{"session":{"audio":{"input":{"transcription":{"model":"alias"}}}}}""", true)]
    [InlineData("""{"session":{"audio":{"input":{"transcription":{"model":"real/m"}}}}}""", true)]
    [InlineData("""{"session":{"audio":{"input":{"transcription":{"model":"other"}}}}}""", false)]
    [InlineData("""{"session":{"input_audio_transcription":{"model":"other"}}}""", false)]
    public void TranscriptionSession_KeepsTheModelThatTranscribes(string message, bool passes) =>
        Assert.Equal(passes, SessionModelEdits.Find(Encoding.UTF8.GetBytes(message), "alias", "real/m", transcribesOnly: true, [], out _) is null);

    [Fact]
    public void ErrorEvent_HasTheShapeOfTheApi()
    {
        Assert.Equal(
            """{"type":"error","event_id":"event_1","error":{"type":"invalid_request_error","code":"c","message":"Don't.","param":null,"event_id":"mine"}}""",
            Encoding.UTF8.GetString(RealtimeErrorEvent.Write("event_1", "invalid_request_error", "c", "Don't.", causeId: "mine").Span));
    }
}
