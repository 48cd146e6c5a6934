using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Images;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.Tests.Cohere;

namespace AiGateway.Protocols.Tests.Media;

/// <summary>Pins what each form of pictures does with sizes, formats and declined answers. What goes over the wire is in the functional tests.</summary>
public sealed class ImagesTests
{
    public static TheoryData<string, string, string, string> Sizes { get; } = new()
    {
        { "1024x1024", "1:1", "1:1", "" },
        { "1536x1024", "3:2", "4:3", "size" },
        { "1024x1792", "9:16", "9:16", "" },
        { "1792x1024", "16:9", "16:9", "" },
        { "3000x1000", "21:9", "16:9", "size" },
        { "1000x3000", "9:16", "9:16", "size" },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Size_BecomesTheNearestShape(string size, string gemini, string imagen, string lost)
    {
        var (written, translation) = Write(GeminiImages.Instance, $$"""{"prompt":"p","size":"{{size}}"}""", "gemini-3-pro-image");
        Assert.Equal(gemini, written.GetProperty("generationConfig").GetProperty("imageConfig").GetProperty("aspectRatio").GetString());
        Assert.DoesNotContain(translation.Losses, loss => loss.IsDropped);

        var (other, losses) = Write(ImagenImages.Instance, $$"""{"prompt":"p","size":"{{size}}"}""", "imagen-4.0-generate-001");
        Assert.Equal(imagen, other.GetProperty("parameters").GetProperty("aspectRatio").GetString());
        if (lost.Length > 0)
            Assert.Contains(losses.Losses, loss => loss.Path == lost && !loss.IsDropped);
    }

    [Theory]
    [InlineData("512x512", "gemini-3-pro-image", null, false)]
    [InlineData("2048x2048", "gemini-3-pro-image", "2K", false)]
    [InlineData("4096x4096", "gemini-3-pro-image", "4K", false)]
    [InlineData("2048x2048", "gemini-2.5-flash-image", null, true)]
    public void LargeSize_IsAskedForWhereTheModelHasIt(string size, string model, string? expected, bool isLost)
    {
        var (written, translation) = Write(GeminiImages.Instance, $$"""{"prompt":"p","size":"{{size}}"}""", model);

        Assert.Equal(expected, written.GetProperty("generationConfig").GetProperty("imageConfig").TryGetProperty("imageSize", out var large) ? large.GetString() : null);
        Assert.Equal(isLost, translation.Losses.Count == 1);
    }

    [Fact]
    public void SizeAuto_SaysNothing()
    {
        var (written, translation) = Write(GeminiImages.Instance, """{"prompt":"p","size":"auto","quality":"auto","background":"auto"}""", "m");

        Assert.False(written.GetProperty("generationConfig").TryGetProperty("imageConfig", out _));
        Assert.Empty(translation.Losses);
    }

    [Fact]
    public void EveryForm_NamesWhatItLeavesOut()
    {
        foreach (var form in MediaForms.Images)
        {
            var (_, translation) = Write(form, """{"prompt":"p","quality":"high","background":"transparent","style":"vivid","moderation":"low","output_compression":50}""", "m");
            Assert.Contains(translation.Losses, loss => loss is { Path: "background", IsDropped: true });
            Assert.Contains(translation.Losses, loss => loss is { Path: "style", IsDropped: true });
            Assert.Contains(translation.Losses, loss => loss is { Path: "moderation", IsDropped: true });
        }
    }

    [Fact]
    public void ThoughtPictures_AreLeftOut()
    {
        var answer = Read(GeminiImages.Instance, """{"candidates":[{"content":{"parts":[{"thought":true,"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"inlineData":{"mimeType":"image/jpeg","data":"/9j/"}}]}}]}""");

        Assert.Equal("/9j/", Encoding.ASCII.GetString(Assert.Single(answer.Images).Base64.Span));
    }

    [Fact]
    public void FilteredPicturesBesideOthers_AreLeftOut()
    {
        var answer = Read(ImagenImages.Instance, """{"predictions":[{"raiFilteredReason":"no"},{"bytesBase64Encoded":"AAAA","mimeType":"image/png"}]}""");

        Assert.Single(answer.Images);
        Assert.Null(answer.Refusal);
    }

    [Fact]
    public void WordsInPlaceOfAPicture_AreCutAndNoPolicy()
    {
        var answer = Read(GeminiImages.Instance, $$"""{"candidates":[{"content":{"parts":[{"text":"{{new string('w', 5000)}}"}]},"finishReason":"STOP"}]}""");

        Assert.Equal(ProviderErrorKind.Other, answer.Refusal!.Kind);
        Assert.InRange(answer.Refusal.Message.Length, 300, 400);
    }

    [Fact]
    public void Picture_IsNotCopied()
    {
        var body = Encoding.UTF8.GetBytes("""{"images":["iVBORw0KGgo="]}""");
        var answer = new ImagesAnswer();
        AmazonImages.Instance.ReadAnswer(body, answer);

        Assert.True(body.AsSpan().Overlaps(answer.Images[0].Base64.Span));
    }

    [Fact]
    public void Answer_IsOpenAIs()
    {
        var answer = Read(AmazonImages.Instance, """{"images":["iVBORw0KGgo=","AA+/"]}""");
        var output = new ArrayBufferWriter<byte>();
        answer.Write(17, new Usage { InputTokens = 5, OutputTokens = 7, ImageInputTokens = 2 }, output);

        Assert.Equal("""{"created":17,"data":[{"b64_json":"iVBORw0KGgo="},{"b64_json":"AA+/"}],"output_format":"png","usage":{"total_tokens":12,"input_tokens":5,"output_tokens":7,"input_tokens_details":{"text_tokens":3,"image_tokens":2}}}""", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void RecordedPicture_IsRead()
    {
        foreach (var exchange in RecordedFile.Load("vertex.generateContent").Where(exchange => exchange.Id == "vertex.generateContent.9e008f0360"))
        {
            var answer = new ImagesAnswer();
            GeminiImages.Vertex.ReadAnswer(exchange.Response, answer);

            Assert.Equal("image/jpeg", Assert.Single(answer.Images).MediaType);
            Assert.Equal((9, 1290, 1290), (answer.Usage!.InputTokens, answer.Usage.OutputTokens, answer.Usage.ImageOutputTokens));

            // What we write for the same wish is what was recorded.
            var translation = new Translation { Model = "gemini-2.5-flash-image" };
            var request = ImagesRequestReader.Read("""{"prompt":"Generate an image of an axolotl.","output_format":"jpeg","output_compression":85}"""u8.ToArray(), isEdit: false);
            Assert.True(RecordedFile.AreSame(exchange.Request, MediaForms.Whole(GeminiImages.Vertex.WriteRequest(request, 1, translation), [])));
        }
    }

    private static ImagesAnswer Read(ImagesForm form, string body)
    {
        var answer = new ImagesAnswer();
        form.ReadAnswer(Encoding.UTF8.GetBytes(body), answer);
        return answer;
    }

    private static (JsonElement Written, Translation Translation) Write(ImagesForm form, string body, string model)
    {
        var translation = new Translation { Model = model };
        var written = form.WriteRequest(ImagesRequestReader.Read(Encoding.UTF8.GetBytes(body), isEdit: false), 1, translation);
        return (JsonSerializer.Deserialize<JsonElement>(MediaForms.Whole(written, [])), translation);
    }
}
