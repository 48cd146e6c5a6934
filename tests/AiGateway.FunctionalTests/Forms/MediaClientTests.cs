using System.ClientModel;
using OpenAI.Audio;
using OpenAI.Images;
using OpenAI.Moderations;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>Pictures, speech, transcripts and moderation of other providers by OpenAI's official .NET client, which notices nothing.</summary>
public sealed class MediaClientTests(MediaFixture fixture) : IClassFixture<MediaFixture>
{
    [Theory]
    [InlineData("sim/google/gemini-3-pro-image")]
    [InlineData("sim/google/imagen-4.0-generate-001")]
    [InlineData("sim/vertex/gemini-2.5-flash-image")]
    [InlineData("sim/bedrock/amazon.nova-canvas-v1:0")]
    [InlineData("sim/bedrock/stability.sd3-5-large-v1:0")]
    public async Task GeneratedImages_ArePngs(string model)
    {
        var options = new ImageGenerationOptions { Size = GeneratedImageSize.W1024xH1024, ResponseFormat = GeneratedImageFormat.Bytes };
        GeneratedImageCollection pictures = await fixture.OpenAI.GetImageClient(model).GenerateImagesAsync("a cat", 3, options);

        Assert.Equal(3, pictures.Count);
        Assert.All(pictures, picture => Assert.Equal((byte[])[0x89, .. "PNG"u8], picture.ImageBytes.ToArray()[..4]));
    }

    [Theory]
    [InlineData("sim/google/gemini-3-pro-image")]
    [InlineData("sim/bedrock/amazon.titan-image-generator-v2:0")]
    public async Task ImageEdit_TakesAnUpload(string model)
    {
        using var upload = new MemoryStream(MediaFixture.Png);
        GeneratedImage picture = await fixture.OpenAI.GetImageClient(model).GenerateImageEditAsync(upload, "in.png", "a hat");

        Assert.NotNull(picture.ImageBytes);
    }

    [Theory]
    [InlineData("sim/google/gemini-2.5-flash-preview-tts")]
    [InlineData("sim/elevenlabs/eleven_multilingual_v2")]
    [InlineData("sim/deepgram/aura-2-thalia-en")]
    public async Task Speech_IsAWav(string model)
    {
        BinaryData sound = await fixture.OpenAI.GetAudioClient(model).GenerateSpeechAsync("hello", GeneratedSpeechVoice.Alloy, new SpeechGenerationOptions { ResponseFormat = GeneratedSpeechFormat.Wav });

        Assert.Equal("RIFF"u8.ToArray(), sound.ToArray()[..4]);
    }

    [Theory]
    [InlineData("sim/elevenlabs/scribe_v2", true)]
    [InlineData("sim/deepgram/nova-3", true)]
    [InlineData("sim/google/gemini-2.5-flash", false)]
    public async Task Transcript_IsText(string model, bool tellsTimes)
    {
        using var upload = new MemoryStream(MediaFixture.Wav);
        AudioTranscription transcript = await fixture.OpenAI.GetAudioClient(model).TranscribeAudioAsync(upload, "speech.wav", new AudioTranscriptionOptions { Language = "en" });
        Assert.StartsWith("Simulated", transcript.Text, StringComparison.Ordinal);
        if (!tellsTimes)
            return;

        using var again = new MemoryStream(MediaFixture.Wav);
        AudioTranscription verbose = await fixture.OpenAI.GetAudioClient(model).TranscribeAudioAsync(
            again, "speech.wav", new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Verbose, TimestampGranularities = AudioTimestampGranularities.Word | AudioTimestampGranularities.Segment });
        Assert.Equal(TimeSpan.FromSeconds(1), verbose.Duration);
        Assert.Equal(5, verbose.Words.Count);
        Assert.Equal(verbose.Text, string.Join(' ', verbose.Segments.Select(segment => segment.Text)));
    }

    [Theory]
    [InlineData("sim/mistral/mistral-moderation-2603")]
    [InlineData("sim/safety/text")]
    public async Task Moderation_FlagsViolence(string model)
    {
        ModerationResultCollection answer = await fixture.OpenAI.GetModerationClient(model).ClassifyTextAsync(["peace", "violence"]);

        Assert.Equal([false, true], answer.Select(result => result.Flagged));
        Assert.True(answer[1].Violence.Flagged);
        Assert.False(answer[1].Hate.Flagged);
    }

    [Fact]
    public async Task UnknownVoice_IsAnErrorWithTheProvidersWords()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => fixture.OpenAI.GetAudioClient("sim/elevenlabs/eleven_v3").GenerateSpeechAsync("hello", new GeneratedSpeechVoice("nobody")));

        Assert.Contains("was not found", error.Message, StringComparison.Ordinal);
    }
}
