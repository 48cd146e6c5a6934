using System.Net;
using System.Text.Json;
using OpenAI.Audio;
using OpenAI.Embeddings;
using OpenAI.Images;
using OpenAI.Moderations;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>Embeddings, pictures, audio and moderation by the official .NET client.</summary>
public sealed class OpenAIMediaTests(SdkFixture fixture) : IClassFixture<SdkFixture>
{
    [Fact]
    public async Task Embeddings_AreThoseOfTheProvider()
    {
        var options = new EmbeddingGenerationOptions { Dimensions = 64 };
        OpenAIEmbeddingCollection answer = await fixture.OpenAI.GetEmbeddingClient("a/embedding").GenerateEmbeddingsAsync(["one", "two", "one"], options);

        Assert.Equal(3, answer.Count);
        Assert.Equal("embedding", answer.Model);
        Assert.Equal(3, answer.Usage.InputTokenCount);
        Assert.Equal(64, answer[0].ToFloats().Length);
        Assert.Equal(answer[0].ToFloats().ToArray(), answer[2].ToFloats().ToArray());
        Assert.NotEqual(answer[0].ToFloats().ToArray(), answer[1].ToFloats().ToArray());
    }

    [Fact]
    public async Task GeneratedImage_IsAPng()
    {
        GeneratedImage picture = await fixture.OpenAI.GetImageClient("a/gpt-image-1").GenerateImageAsync("a cat");

        Assert.Equal((byte[])[0x89, .. "PNG"u8], picture.ImageBytes.ToArray()[..4]);
    }

    [Fact]
    public async Task ImageEdit_TakesAnUpload()
    {
        using var upload = new MemoryStream([1, 2, 3]);
        GeneratedImage picture = await fixture.OpenAI.GetImageClient("a/dall-e-2").GenerateImageEditAsync(upload, "in.png", "a hat");

        Assert.NotNull(picture.ImageUri);
    }

    // 3 MB is beyond body_limits.memory: the upload goes through a temporary file.
    [Theory]
    [InlineData(40_000)]
    [InlineData(3_000_000)]
    public async Task Transcription_GetsEveryByteOfTheUpload(int length)
    {
        using var audio = new MemoryStream(new byte[length]);
        AudioTranscription text = await fixture.OpenAI.GetAudioClient("a/whisper-1").TranscribeAudioAsync(audio, "speech.mp3");

        Assert.Equal($"Simulated transcription of speech.mp3, {length} bytes.", text.Text);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(2_000_000)]
    public async Task ModelFieldAfterTheFile_IsFoundAndReplaced(int length)
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(new byte[length]), "file", "late.wav" },
            { new StringContent("json"), "response_format" },
            { new StringContent("a/gpt-4o-transcribe"), "model" },
        };
        using var answer = await fixture.SendAsync(HttpMethod.Post, "/v1/audio/transcriptions", form);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("a/gpt-4o-transcribe", answer.Headers.GetValues("x-gateway-route").Single());
        Assert.Equal("gpt-4o-transcribe", answer.Headers.GetValues("x-gateway-model").Single());
        var body = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        Assert.Equal($"Simulated transcription of late.wav, {length} bytes.", body.GetProperty("text").GetString());
        var byModel = (await fixture.A.Control.StatsAsync()).GetProperty("by_model");
        Assert.True(byModel.TryGetProperty("gpt-4o-transcribe", out _), byModel.ToString());
    }

    [Fact]
    public async Task VerboseTranscription_TellsTheDuration()
    {
        using var audio = new MemoryStream(new byte[40_000]);
        AudioTranscription text = await fixture.OpenAI.GetAudioClient("a/whisper-1").TranscribeAudioAsync(
            audio, "speech.mp3", new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Verbose });

        Assert.Equal(TimeSpan.FromSeconds(3), text.Duration);
    }

    [Fact]
    public async Task Speech_IsTheProvidersAudio()
    {
        var client = fixture.OpenAI.GetAudioClient("a/tts-1");
        BinaryData wave = await client.GenerateSpeechAsync("hello", GeneratedSpeechVoice.Alloy, new SpeechGenerationOptions { ResponseFormat = GeneratedSpeechFormat.Wav });
        BinaryData mp3 = await client.GenerateSpeechAsync("hello", GeneratedSpeechVoice.Alloy);

        Assert.Equal("RIFF"u8.ToArray(), wave.ToArray()[..4]);
        Assert.Equal([0xFF, 0xFB], mp3.ToArray()[..2]);
    }

    [Fact]
    public async Task Moderation_FlagsViolence()
    {
        ModerationResultCollection answer = await fixture.OpenAI.GetModerationClient("a/omni-moderation").ClassifyTextAsync(["peace", "violence"]);

        Assert.Equal([false, true], answer.Select(result => result.Flagged));
    }
}
