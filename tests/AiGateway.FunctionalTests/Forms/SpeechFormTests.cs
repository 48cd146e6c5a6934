using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.FunctionalTests.Recorded;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>Pins that speech is asked for in each provider's own form, and that the sound is what its content type says.</summary>
public sealed class SpeechFormTests(MediaFixture fixture) : IClassFixture<MediaFixture>
{
    private static readonly UpstreamAnswer Gemini = UpstreamAnswer.Json(
        """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"AQIDBAUG"}}]},"finishReason":"STOP"}],"modelVersion":"gemini-x","usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":50,"totalTokenCount":54,"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":50}]}}""");

    private static readonly UpstreamAnswer Sound = new() { ContentType = "audio/mpeg", Body = [1, 2, 3, 4], Pieces = 1 };

    [Theory]
    [InlineData("google/gemini-2.5-flash-preview-tts", "/google/models/gemini-2.5-flash-preview-tts:generateContent", """{"contents":[{"role":"user","parts":[{"text":"Say it cheerfully: hello"}]}],"generationConfig":{"responseModalities":["AUDIO"],"speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}}}}}""")]
    [InlineData("elevenlabs/eleven_multilingual_v2", "/elevenlabs/text-to-speech/Kore/stream?output_format=pcm_24000", """{"text":"hello","model_id":"eleven_multilingual_v2","voice_settings":{"speed":1.2}}""")]
    [InlineData("deepgram/aura-2-thalia-en", "/deepgram/speak?model=aura-2-thalia-en&encoding=linear16&container=wav&sample_rate=24000", """{"text":"hello"}""")]
    public async Task Speech_IsAskedForInTheProvidersOwnForm(string model, string target, string body)
    {
        var answer = await fixture.PostAsync("/v1/audio/speech", $$"""{"model":"{{model}}","input":"hello","voice":"alloy","response_format":"wav","speed":1.5,"instructions":"Say it cheerfully:"}""",
            model.StartsWith("google", StringComparison.Ordinal) ? Gemini : Sound);

        Assert.True(answer.Status == 200, answer.Text);
        var seen = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(target, seen.Target);
        Assert.Equal(body, seen.Text);
        Assert.Equal("audio/wav", answer.ContentType);
        Assert.Equal(model.Split('/')[0] switch { "google" => "sk-test", "elevenlabs" => "sk-test", _ => "Token sk-test" }, seen.Values(model.Split('/')[0] switch { "google" => "x-goog-api-key", "elevenlabs" => "xi-api-key", _ => "Authorization" }).Single());
    }

    [Fact]
    public async Task GeminisSamples_BecomeAWav_OrStaySamples()
    {
        var wav = await fixture.PostAsync("/v1/audio/speech", """{"model":"google/gemini-2.5-flash-preview-tts","input":"hello","voice":"Kore"}""", Gemini);
        Assert.Equal("audio/wav", wav.ContentType);
        Assert.Equal("~response_format", wav.Header("x-gateway-dropped"));
        Assert.Equal("RIFF"u8.ToArray(), wav.Body[..4]);
        Assert.Equal(42u, BinaryPrimitives.ReadUInt32LittleEndian(wav.Body.AsSpan(4)));
        Assert.Equal(24_000u, BinaryPrimitives.ReadUInt32LittleEndian(wav.Body.AsSpan(24)));
        Assert.Equal([1, 2, 3, 4, 5, 6], wav.Body[44..]);

        var pcm = await fixture.PostAsync("/v1/audio/speech", """{"model":"google/gemini-2.5-flash-preview-tts","input":"hello","voice":"Kore","response_format":"pcm"}""", Gemini);
        Assert.Equal("audio/pcm", pcm.ContentType);
        Assert.Equal([1, 2, 3, 4, 5, 6], pcm.Body);
        Assert.Null(pcm.Header("x-gateway-dropped"));
        // (4 × 0.50 + 50 × 10) USD per million.
        Assert.Equal("0.000502", pcm.Header("x-gateway-cost"));

        var mp3 = await fixture.PostAsync("/v1/audio/speech", """{"model":"google/gemini-2.5-flash-preview-tts","input":"hello","voice":"Kore","response_format":"mp3"}""", Gemini);
        Assert.Equal(("audio/wav", "response_format"), (mp3.ContentType, mp3.Header("x-gateway-dropped")));
        var strict = await fixture.PostAsync("/v1/audio/speech", """{"model":"strict/google/gemini-2.5-flash-preview-tts","input":"hello","voice":"Kore","response_format":"mp3"}""", Gemini);
        Assert.Equal((400, "response_format"), (strict.Status, MediaFixture.ParamOf(strict)));
    }

    [Theory]
    [InlineData("elevenlabs/eleven_v3", "mp3", "audio/mpeg", 0)]
    [InlineData("elevenlabs/eleven_v3", "opus", "audio/opus", 0)]
    [InlineData("elevenlabs/eleven_v3", "pcm", "audio/pcm", 0)]
    [InlineData("elevenlabs/eleven_v3", "wav", "audio/wav", 44)]
    [InlineData("elevenlabs/eleven_v3", "flac", "audio/mpeg", 0)]
    [InlineData("deepgram/aura-2-thalia-en", "mp3", "audio/mpeg", 0)]
    [InlineData("deepgram/aura-2-thalia-en", "aac", "audio/aac", 0)]
    [InlineData("deepgram/aura-2-thalia-en", "flac", "audio/flac", 0)]
    [InlineData("deepgram/aura-2-thalia-en", "wav", "audio/wav", 0)]
    public async Task Sound_PassesAsItComes(string model, string format, string type, int header)
    {
        var answer = await fixture.PostAsync("/v1/audio/speech", $$"""{"model":"{{model}}","input":"hello you","voice":"21m00Tcm4TlvDq8ikWAM","response_format":"{{format}}"}""", Sound);

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(type, answer.ContentType);
        Assert.Equal([1, 2, 3, 4], answer.Body[header..]);
        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.Equal(9, usage.GetProperty("characters").GetInt64());
        if (header > 0)
            Assert.Equal("RIFF"u8.ToArray(), answer.Body[..4]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sound_IsThereBeforeItsEnd_AndABreakIsABreak(bool reset)
    {
        fixture.Upstream.Clear();
        fixture.Upstream.Answer = new UpstreamAnswer { ContentType = "audio/mpeg", Body = new byte[300_000], Pieces = 1000, WaitsForCommit = true, Reset = reset };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/audio/speech") { Content = new StringContent("""{"model":"elevenlabs/eleven_v3","input":"hello","voice":"x","response_format":"wav"}""", Encoding.UTF8, "application/json") };

        // The upstream sends no more before the caller has what came first.
        using var response = await fixture.Gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        fixture.Upstream.Committed();
        var answer = await ReceivedAnswer.ReadAsync(response);

        Assert.Equal("RIFF"u8.ToArray(), answer.Body[..4]);
        Assert.Equal(reset, answer.IsBroken);
        if (!reset)
            Assert.Equal(300_044, answer.Body.Length);
        Assert.Equal(reset ? "cut_by_upstream" : "completed", (await fixture.RecordAsync(answer)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Characters_ArePricedWhereThePriceIsKnown()
    {
        var known = await fixture.PostAsync("/v1/audio/speech", """{"model":"deepgram/aura-2-thalia-en","input":"hello you","voice":"thalia"}""", Sound);
        Assert.Contains("\"0.00027\"", (await fixture.RecordAsync(known)).GetRawText(), StringComparison.Ordinal);

        var unknown = await fixture.PostAsync("/v1/audio/speech", """{"model":"elevenlabs/eleven_v3","input":"hello you","voice":"thalia"}""", Sound);
        Assert.False((await fixture.RecordAsync(unknown)).TryGetProperty("cost_usd", out _));
    }

    [Theory]
    [InlineData(""" "input":"","voice":"alloy" """, "input")]
    [InlineData(""" "input":" ","voice":"alloy" """, "input")]
    [InlineData(""" "input":5,"voice":"alloy" """, "input")]
    [InlineData(""" "input":"a" """, "voice")]
    [InlineData(""" "input":"a","voice":"" """, "voice")]
    [InlineData(""" "input":"a","voice":".." """, "voice")]
    [InlineData(""" "input":"a","voice":7 """, "voice")]
    [InlineData(""" "input":"a","voice":"alloy","response_format":"midi" """, "response_format")]
    [InlineData(""" "input":"a","voice":"alloy","speed":9 """, "speed")]
    [InlineData(""" "input":"a","voice":"alloy","stream_format":"sse" """, "stream_format")]
    public async Task BadInput_IsRefusedWithItsNameAndNotSent(string members, string param)
    {
        var answer = await fixture.PostAsync("/v1/audio/speech", $$"""{"model":"elevenlabs/eleven_v3",{{members}}}""");

        Assert.True(answer.Status == 400, answer.Text);
        Assert.Equal(param, MediaFixture.ParamOf(answer));
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task Voice_StaysInItsPlaceOfThePath()
    {
        var answer = await fixture.PostAsync("/v1/audio/speech", """{"model":"elevenlabs/eleven_v3","input":"a","voice":"../history?x=1#y"}""", Sound);

        Assert.Equal(200, answer.Status);
        Assert.Equal("/elevenlabs/text-to-speech/..%2Fhistory%3Fx%3D1%23y/stream?output_format=mp3_44100_128", fixture.Upstream.Received[0].Target);
    }

    [Fact]
    public async Task ProvidersOwnMembers_GoOn_ButNameNoOtherModel()
    {
        var answer = await fixture.PostAsync("/v1/audio/speech", """{"model":"elevenlabs/eleven_v3","input":"a","voice":"x","seed":7,"model_id":"dearer","text":"b","voice_settings":{"stability":0.5},"speed":1.1}""", Sound);

        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"text":"a","model_id":"eleven_v3","seed":7,"voice_settings":{"stability":0.5}}""", fixture.Upstream.Received[0].Text);
        Assert.Equal("speed, model_id, text", answer.Header("x-gateway-dropped"));
    }

    [Theory]
    [InlineData("elevenlabs/eleven_v3", 404, """{"detail":{"status":"voice_not_found","message":"A voice with the voice_id x was not found."}}""", "was not found")]
    [InlineData("deepgram/aura-2-thalia-en", 400, """{"err_code":"Bad Request","err_msg":"No such model.","request_id":"r"}""", "No such model.")]
    [InlineData("google/gemini-tts", 400, """{"error":{"code":400,"message":"Voice name x is not supported.","status":"INVALID_ARGUMENT"}}""", "is not supported")]
    public async Task ProvidersError_KeepsItsWords(string model, int status, string given, string words)
    {
        var answer = await fixture.PostAsync("/v1/audio/speech", $$"""{"model":"{{model}}","input":"a","voice":"x"}""", UpstreamAnswer.Json(given, status));

        Assert.True(answer.Status is 400 or 404, answer.Text);
        Assert.Contains(words, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("elevenlabs/eleven_v3", "application/json", """{"ok":true}""")]
    [InlineData("elevenlabs/eleven_v3", "text/html", "<html>Welcome</html>")]
    [InlineData("elevenlabs/eleven_v3", "audio/mpeg", "")]
    [InlineData("deepgram/aura-2-thalia-en", "text/html", "<html>Welcome</html>")]
    [InlineData("google/gemini-tts", "application/json", """{"candidates":[]}""")]
    [InlineData("google/gemini-tts", "application/json", """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"audio/L16","data":"%"}}]}}]}""")]
    public async Task Nonsense_IsAnErrorInOpenAIsShape(string model, string type, string given)
    {
        var answer = await fixture.PostAsync("/v1/audio/speech", $$"""{"model":"{{model}}","input":"a","voice":"x"}""", new UpstreamAnswer { ContentType = type, Body = Encoding.UTF8.GetBytes(given) });

        Assert.True(answer.Status == 502, answer.Text);
        Assert.Contains("no answer", JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
