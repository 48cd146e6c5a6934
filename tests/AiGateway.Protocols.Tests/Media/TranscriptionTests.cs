using System.Buffers;
using System.Text;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.Transcription;

namespace AiGateway.Protocols.Tests.Media;

/// <summary>Pins how transcripts are cut into lines, and which files are taken for sound.</summary>
public sealed class TranscriptionTests
{
    [Fact]
    public void Lines_EndWithSentencesPausesAndLength()
    {
        var transcript = new Transcript { Text = "…" };
        double at = 0;
        foreach (var word in (string[])["One", "two.", "Three", "four", "pause", "five"])
        {
            transcript.Words.Add(new SpokenWord(word, at, at + 0.3));
            at += word == "pause" ? 3 : 0.4;
        }
        for (var i = 0; i < 40; i++)
            transcript.Words.Add(new SpokenWord("word", at += 0.2, at + 0.1));

        var lines = transcript.Segments();

        Assert.Equal("One two.", lines[0].Text);
        Assert.Equal("Three four pause", lines[1].Text);
        Assert.All(lines, line => Assert.InRange(line.Text.Length, 1, 74));
        Assert.All(lines, line => Assert.InRange(line.End - line.Start, 0, 7));
        Assert.Equal(string.Join(' ', transcript.Words.Select(word => word.Text)), string.Join(' ', lines.Select(line => line.Text)));
    }

    [Fact]
    public void LongTimes_AndArrows_AreWrittenAsSubtitlesNeedThem()
    {
        var transcript = new Transcript { Text = "…" };
        transcript.Words.Add(new SpokenWord("a-->b", 3661.0005, 3662.9999));

        Assert.Equal("1\n01:01:01,000 --> 01:01:03,000\na->b\n\n", Written(transcript, "srt"));
        Assert.Equal("WEBVTT\n\n01:01:01.000 --> 01:01:03.000\na->b\n\n", Written(transcript, "vtt"));
    }

    [Theory]
    [InlineData("RIFF....WAVEfmt ", "audio/wav")]
    [InlineData("ID3.............", "audio/mpeg")]
    [InlineData("OggS............", "audio/ogg")]
    [InlineData("fLaC............", "audio/flac")]
    [InlineData("....ftypM4A ....", "audio/mp4")]
    [InlineData("....ftypisom....", "video/mp4")]
    [InlineData("RIFF....AVI LIST", null)]
    [InlineData("%PDF-1.7........", null)]
    [InlineData("RIFF", null)]
    [InlineData("", null)]
    public void Sound_IsToldByItsFirstBytes(string head, string? type)
    {
        var form = new UploadedForm();
        form.Files.Add(new CallerFile("file", 0, 100) { Head = Encoding.ASCII.GetBytes(head) });

        if (type is null)
            Assert.Equal("file", Assert.Throws<ChatFormatException>(() => TranscriptionRequest.Read(form, false)).Path);
        else
            Assert.Equal(type, TranscriptionRequest.Read(form, false).FileType);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFB, 0x90, 0 }, "audio/mpeg")]
    [InlineData(new byte[] { 0xFF, 0xF1, 0x50, 0 }, "audio/aac")]
    [InlineData(new byte[] { 0x1A, 0x45, 0xDF, 0xA3 }, "audio/webm")]
    public void SoundWithoutName_IsToldToo(byte[] head, string type)
    {
        var form = new UploadedForm();
        form.Files.Add(new CallerFile("file", 0, 100) { Head = head });

        Assert.Equal(type, TranscriptionRequest.Read(form, false).FileType);
    }

    [Fact]
    public void OwnForm_HoldsTheFileBetweenItsFields()
    {
        var source = "RIFF....WAVE the sound"u8.ToArray();
        var request = TranscriptionRequest.Read(FormWith(("language", "de")), intoEnglish: false);

        var text = Encoding.UTF8.GetString(MediaForms.Whole(ElevenLabsTranscription.Instance.WriteRequest(request, new Translation { Model = "scribe_v2" }), source));

        Assert.Contains("name=\"model_id\"\r\n\r\nscribe_v2\r\n--", text, StringComparison.Ordinal);
        Assert.Contains("name=\"language_code\"\r\n\r\nde\r\n--", text, StringComparison.Ordinal);
        Assert.EndsWith("Content-Type: audio/wav\r\n\r\nRIFF....WAVE the sound\r\n--aigateway-7f3c9b1e5d2a8046--\r\n", text, StringComparison.Ordinal);
    }

    /// <summary>A form with a WAV file of 22 bytes at the body's beginning.</summary>
    internal static UploadedForm FormWith(params (string Name, string Value)[] fields)
    {
        var form = new UploadedForm();
        form.Files.Add(new CallerFile("file", 0, 22) { Head = "RIFF....WAVE the sound"u8.ToArray() });
        foreach (var (name, value) in fields)
            form.Fields.Add(new(name, value));
        return form;
    }

    private static string Written(Transcript transcript, string format)
    {
        var output = new ArrayBufferWriter<byte>();
        TranscriptWriter.Write(transcript, TranscriptionRequest.Read(FormWith(("response_format", format)), false), null, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
