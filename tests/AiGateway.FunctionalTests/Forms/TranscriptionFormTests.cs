using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;
using Microsoft.AspNetCore.WebUtilities;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>Pins that sound is sent in each provider's own form, and that transcripts come back in OpenAI's five formats.</summary>
public sealed class TranscriptionFormTests(MediaFixture fixture) : IClassFixture<MediaFixture>
{
    private static readonly UpstreamAnswer Deepgram = UpstreamAnswer.Json(
        """{"metadata":{"request_id":"r","duration":3.5,"channels":1},"results":{"channels":[{"alternatives":[{"transcript":"Hello you. Fine day.","confidence":0.9,"words":[{"word":"hello","start":0.1,"end":0.5,"punctuated_word":"Hello"},{"word":"you","start":0.5,"end":0.9,"punctuated_word":"you."},{"word":"fine","start":2.5,"end":2.8,"punctuated_word":"Fine"},{"word":"day","start":2.8,"end":3.25,"punctuated_word":"day."}]}],"detected_language":"en"}]}}""");

    private static readonly UpstreamAnswer ElevenLabs = UpstreamAnswer.Json(
        """{"language_code":"eng","language_probability":0.98,"text":"Hello you. Fine day.","words":[{"text":"Hello","start":0.1,"end":0.5,"type":"word"},{"text":" ","start":0.5,"end":0.5,"type":"spacing"},{"text":"you.","start":0.5,"end":0.9,"type":"word"},{"text":"(laughs)","start":1,"end":2,"type":"audio_event"},{"text":"Fine","start":2.5,"end":2.8,"type":"word"},{"text":"day.","start":2.8,"end":3.25,"type":"word"}]}""");

    private static readonly UpstreamAnswer Gemini = UpstreamAnswer.Json(
        """{"candidates":[{"content":{"parts":[{"text":"Hmm","thought":true},{"text":"Hello you.\n"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":60,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":32}],"candidatesTokenCount":4,"totalTokenCount":64}}""");

    [Fact]
    public async Task Deepgram_GetsTheSoundAsTheBody()
    {
        var answer = await fixture.PostFormAsync("/v1/audio/transcriptions", Deepgram, ("file", MediaFixture.Wav), ("model", "deepgram/nova-3"), ("language", "en-GB"), ("prompt", "names"), ("temperature", "0.2"));

        Assert.True(answer.Status == 200, answer.Text);
        var seen = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("/deepgram/listen?model=nova-3&smart_format=true&language=en-GB", seen.Target);
        Assert.Equal("audio/wav", seen.Values("Content-Type").Single());
        Assert.Equal(MediaFixture.Wav, seen.Body);
        Assert.Equal("""{"text":"Hello you. Fine day.","usage":{"type":"duration","seconds":3.5}}""", answer.Text);
        Assert.Equal("prompt, temperature", answer.Header("x-gateway-dropped"));
        // 3.5 s at 0.258 USD an hour, to the last digit.
        Assert.StartsWith("0.000250833", answer.Header("x-gateway-cost"), StringComparison.Ordinal);
        Assert.Equal(3.5m, (await fixture.RecordAsync(answer)).GetProperty("usage").GetProperty("audio_seconds").GetDecimal());
    }

    // 3 MB is beyond body_limits.memory: the sound goes from a temporary file.
    [Theory]
    [InlineData(10_000)]
    [InlineData(3_000_000)]
    public async Task ElevenLabs_GetsAFormOfItsOwn(int length)
    {
        byte[] sound = [.. MediaFixture.Wav[..44], .. Enumerable.Range(0, length).Select(number => (byte)(number * 11))];

        var answer = await fixture.PostFormAsync("/v1/audio/transcriptions", ElevenLabs, ("model", "elevenlabs/scribe_v2"), ("language", "de"), ("temperature", "0.5"), ("response_format", "json"), ("file", sound));

        Assert.True(answer.Status == 200, answer.Text);
        var seen = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("/elevenlabs/speech-to-text", seen.Target);
        var reader = new MultipartReader(seen.Values("Content-Type").Single().Split("boundary=")[1], new MemoryStream(seen.Body));
        var fields = new Dictionary<string, byte[]>();
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            using var value = new MemoryStream();
            await section.Body.CopyToAsync(value);
            fields[section.ContentDisposition!.Split("name=\"")[1].Split('"')[0]] = value.ToArray();
        }
        Assert.Equal(["model_id", "tag_audio_events", "timestamps_granularity", "language_code", "temperature", "file"], fields.Keys);
        Assert.Equal("scribe_v2", Encoding.UTF8.GetString(fields["model_id"]));
        Assert.Equal(sound, fields["file"]);
        Assert.Equal("""{"text":"Hello you. Fine day."}""", answer.Text);
        Assert.False((await fixture.RecordAsync(answer)).TryGetProperty("cost_usd", out _));
    }

    [Theory]
    [InlineData("transcriptions", "Write down the speech")]
    [InlineData("translations", "into English")]
    public async Task Gemini_GetsTheSoundAndAnInstruction(string path, string words)
    {
        var answer = await fixture.PostFormAsync($"/v1/audio/{path}", Gemini, ("model", "google/gemini-2.5-flash"), ("file", MediaFixture.Wav), ("prompt", "Names: Zoë"), ("response_format", "text"));

        Assert.True(answer.Status == 200, answer.Text);
        var seen = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("/google/models/gemini-2.5-flash:generateContent", seen.Target);
        var parts = JsonDocument.Parse(seen.Body).RootElement.GetProperty("contents")[0].GetProperty("parts");
        Assert.Contains(words, parts[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("Names: Zoë", parts[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("audio/wav", parts[1].GetProperty("inlineData").GetProperty("mimeType").GetString());
        Assert.Equal(MediaFixture.Wav, parts[1].GetProperty("inlineData").GetProperty("data").GetBytesFromBase64());
        Assert.Equal("Hello you.\n", answer.Text);
        Assert.Equal("text/plain; charset=utf-8", answer.ContentType);
        Assert.Equal(32, (await fixture.RecordAsync(answer)).GetProperty("usage").GetProperty("audio_input_tokens").GetInt64());
    }

    [Theory]
    [InlineData("deepgram/nova-3")]
    [InlineData("elevenlabs/scribe_v2")]
    public async Task Times_AreInSubtitlesAndVerboseJson(string model)
    {
        var given = model.StartsWith("deepgram", StringComparison.Ordinal) ? Deepgram : ElevenLabs;
        var srt = await fixture.PostFormAsync("/v1/audio/transcriptions", given, ("model", model), ("file", MediaFixture.Wav), ("response_format", "srt"));
        Assert.Equal("1\n00:00:00,100 --> 00:00:00,900\nHello you.\n\n2\n00:00:02,500 --> 00:00:03,250\nFine day.\n\n", srt.Text);

        var vtt = await fixture.PostFormAsync("/v1/audio/transcriptions", given, ("model", model), ("file", MediaFixture.Wav), ("response_format", "vtt"));
        Assert.StartsWith("WEBVTT\n\n00:00:00.100 --> 00:00:00.900\nHello you.\n\n", vtt.Text, StringComparison.Ordinal);

        var verbose = await fixture.PostFormAsync("/v1/audio/transcriptions", given, ("model", model), ("file", MediaFixture.Wav), ("response_format", "verbose_json"), ("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment"));
        var read = JsonDocument.Parse(verbose.Body).RootElement;
        Assert.Equal("transcribe", read.GetProperty("task").GetString());
        Assert.Equal(["Hello", "you.", "Fine", "day."], read.GetProperty("words").EnumerateArray().Select(word => word.GetProperty("word").GetString()));
        Assert.Equal(["Hello you.", "Fine day."], read.GetProperty("segments").EnumerateArray().Select(segment => segment.GetProperty("text").GetString()));
        Assert.Equal(2.5, read.GetProperty("segments")[1].GetProperty("start").GetDouble());
    }

    [Fact]
    public async Task BadInput_IsRefusedWithItsNameAndNotSent()
    {
        (string, object) sound = ("file", MediaFixture.Wav);
        (string, object) model = ("model", "deepgram/nova-3");
        foreach (var (fields, param) in new ((string, object)[], string)[]
        {
            ([model], "file"),
            ([model, ("file", Array.Empty<byte>())], "file"),
            ([model, ("file", Encoding.UTF8.GetBytes("%PDF-1.7 is no sound"))], "file"),
            ([model, ("file", MediaFixture.Png)], "file"),
            ([model, ("sound", MediaFixture.Wav)], "sound"),
            ([model, sound, ("response_format", "diarized_json")], "response_format"),
            ([model, sound, ("language", "the&language=x")], "language"),
            ([model, sound, ("temperature", "hot")], "temperature"),
            ([model, sound, ("stream", "true")], "stream"),
            ([model, sound, ("timestamp_granularities[]", "word")], "timestamp_granularities"),
            ([model, sound, ("response_format", "verbose_json"), ("timestamp_granularities[]", "year")], "timestamp_granularities"),
            ([("model", "google/gemini-2.5-flash"), sound, ("response_format", "srt")], "response_format"),
            ([("model", "google/gemini-2.5-flash"), sound, ("response_format", "verbose_json")], "response_format"),
        })
        {
            var answer = await fixture.PostFormAsync("/v1/audio/transcriptions", null, fields);
            Assert.True(answer.Status == 400, answer.Text);
            Assert.Equal(param, MediaFixture.ParamOf(answer));
            Assert.Empty(fixture.Upstream.Received);
        }
        // Who only writes down does not translate.
        var translation = await fixture.PostFormAsync("/v1/audio/translations", null, model, sound);
        Assert.True(translation.Status is 400 or 404, translation.Text);
    }

    [Theory]
    [InlineData("deepgram/nova-3", """{"metadata":{},"results":{"channels":[]}}""")]
    [InlineData("deepgram/nova-3", "<html>Welcome</html>")]
    [InlineData("elevenlabs/scribe_v2", """{"text":5}""")]
    [InlineData("elevenlabs/scribe_v2", """[{"text":"a"}]""")]
    [InlineData("google/gemini-2.5-flash", "{}")]
    public async Task Nonsense_IsAnErrorInOpenAIsShape(string model, string given)
    {
        var answer = await fixture.PostFormAsync("/v1/audio/transcriptions", UpstreamAnswer.Json(given), ("model", model), ("file", MediaFixture.Wav));

        Assert.True(answer.Status == 502, answer.Text);
        Assert.Equal(JsonValueKind.String, JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("message").ValueKind);
    }

    [Fact]
    public async Task AnswerWithoutTimes_IsNoSubtitles()
    {
        var answer = await fixture.PostFormAsync("/v1/audio/transcriptions", UpstreamAnswer.Json("""{"text":"Hello"}"""), ("model", "elevenlabs/scribe_v2"), ("file", MediaFixture.Wav), ("response_format", "srt"));

        Assert.Equal(502, answer.Status);
    }
}
