using System.Text;
using AiGateway.Protocols.Images;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.Moderation;
using AiGateway.Protocols.Speech;
using AiGateway.Protocols.Transcription;

namespace AiGateway.Protocols.Tests.Media;

/// <summary>Every form, and what a body is with its files put in.</summary>
internal static class MediaForms
{
    public static readonly ImagesForm[] Images =
        [GeminiImages.Instance, GeminiImages.Vertex, ImagenImages.Instance, ImagenImages.Vertex, AmazonImages.Instance, StabilityImages.Instance, XaiImages.Instance, TogetherImages.Instance];

    public static readonly SpeechForm[] Speech = [GeminiSpeech.Instance, ElevenLabsSpeech.Instance, DeepgramSpeech.Instance];

    public static readonly TranscriptionForm[] Transcription = [GeminiTranscription.Instance, DeepgramTranscription.Instance, ElevenLabsTranscription.Instance];

    public static readonly ModerationForm[] Moderation = [MistralModeration.Instance, AzureContentSafety.Instance];

    /// <summary>The body as it is sent, with the files taken from <paramref name="source"/>.</summary>
    public static byte[] Whole(FormBody body, byte[] source)
    {
        using var whole = new MemoryStream();
        var position = 0;
        foreach (var place in body.Files)
        {
            whole.Write(body.Bytes.Span[position..place.At]);
            position = place.At;
            var file = source.AsSpan((int)place.File.Start, (int)place.File.Length);
            whole.Write(place.IsEncoded ? Encoding.ASCII.GetBytes(Convert.ToBase64String(file)) : file);
        }
        whole.Write(body.Bytes.Span[position..]);
        Assert.Equal(body.Length, whole.Length);
        return whole.ToArray();
    }
}
