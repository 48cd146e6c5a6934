using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>Pins that pictures are asked for in each provider's own form, and come back in OpenAI's.</summary>
public sealed class ImagesFormTests(MediaFixture fixture) : IClassFixture<MediaFixture>
{
    private const string Gemini = """{"candidates":[{"content":{"parts":[{"text":"Here:"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]},"finishReason":"STOP"}],"modelVersion":"gemini-x","usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1290,"totalTokenCount":1299,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]}}""";
    private const string Imagen = """{"predictions":[{"mimeType":"image/png","bytesBase64Encoded":"iVBORw0KGgo="}]}""";
    private const string Bedrock = """{"images":["iVBORw0KGgo="],"seeds":[1],"finish_reasons":[null]}""";
    private const string Shaped = """{"id":"x","model":"m","data":[{"b64_json":"iVBORw0KGgo=","revised_prompt":""}]}""";

    public static TheoryData<string, string, string, string> Forms { get; } = new()
    {
        { "google/gemini-3-pro-image", Gemini, "/google/models/gemini-3-pro-image:generateContent", """{"contents":[{"role":"user","parts":[{"text":"a cat"}]}],"generationConfig":{"responseModalities":["TEXT","IMAGE"],"imageConfig":{"aspectRatio":"16:9","imageSize":"2K"}}}""" },
        { "vertex/gemini-2.5-flash-image", Gemini, "/vertex/models/gemini-2.5-flash-image:generateContent", """{"contents":[{"role":"user","parts":[{"text":"a cat"}]}],"generationConfig":{"responseModalities":["TEXT","IMAGE"],"imageConfig":{"aspectRatio":"16:9","imageOutputOptions":{"mimeType":"image/jpeg"}}}}""" },
        { "google/imagen-4.0-generate-001", Imagen, "/google/models/imagen-4.0-generate-001:predict", """{"instances":[{"prompt":"a cat"}],"parameters":{"sampleCount":1,"aspectRatio":"16:9","sampleImageSize":"2K","outputOptions":{"mimeType":"image/jpeg"}}}""" },
        { "bedrock/amazon.nova-canvas-v1:0", Bedrock, "/bedrock/model/amazon.nova-canvas-v1%3A0/invoke", """{"taskType":"TEXT_IMAGE","textToImageParams":{"text":"a cat"},"imageGenerationConfig":{"numberOfImages":1,"width":1920,"height":1080,"quality":"premium"}}""" },
        { "bedrock/stability.sd3-5-large-v1:0", Bedrock, "/bedrock/model/stability.sd3-5-large-v1%3A0/invoke", """{"prompt":"a cat","aspect_ratio":"16:9","output_format":"jpeg"}""" },
        { "xai/grok-imagine-image", Shaped, "/xai/images/generations", """{"model":"grok-imagine-image","prompt":"a cat","n":1,"response_format":"b64_json","aspect_ratio":"16:9"}""" },
        { "together/black-forest-labs/FLUX.1-schnell", Shaped, "/together/images/generations", """{"model":"black-forest-labs/FLUX.1-schnell","prompt":"a cat","n":1,"width":1920,"height":1080,"response_format":"base64","output_format":"jpeg"}""" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Picture_IsAskedForInTheProvidersOwnForm(string model, string given, string target, string body)
    {
        var answer = await fixture.PostAsync("/v1/images/generations", $$"""{"model":"{{model}}","prompt":"a cat","n":1,"size":"1920x1080","quality":"high","response_format":"b64_json","output_format":"jpeg"}""", UpstreamAnswer.Json(given));

        Assert.True(answer.Status == 200, answer.Text);
        var seen = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(target, seen.Target);
        Assert.Equal(body, seen.Text);
        Assert.Equal(body.Length.ToString(CultureInfo.InvariantCulture), seen.Values("Content-Length").Single());
        var read = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal("iVBORw0KGgo=", read.GetProperty("data")[0].GetProperty("b64_json").GetString());
        Assert.True(read.GetProperty("created").GetInt64() > 1_700_000_000);
        Assert.Equal(1, (await fixture.RecordAsync(answer)).GetProperty("usage").GetProperty("images").GetInt64());
    }

    [Theory]
    [InlineData("google/gemini-3-pro-image", 3, 3, Gemini)]
    [InlineData("google/imagen-4.0-generate-001", 10, 3, Imagen)]
    [InlineData("bedrock/amazon.nova-canvas-v1:0", 6, 2, Bedrock)]
    [InlineData("bedrock/stability.stable-image-core-v1:1", 4, 4, Bedrock)]
    public async Task MorePicturesThanACallGives_AreSeveralCalls(string model, int count, int calls, string given)
    {
        var answer = await fixture.PostAsync("/v1/images/generations", $$"""{"model":"{{model}}","prompt":"a cat","n":{{count}}}""", UpstreamAnswer.Json(given));

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(calls, fixture.Upstream.Received.Count);
        // The upstream gives one picture a call, whatever was asked.
        Assert.Equal(calls, JsonDocument.Parse(answer.Body).RootElement.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Usage_IsTokensWhereTheProviderTellsThem_AndPicturesElsewhere()
    {
        var tokens = await fixture.PostAsync("/v1/images/generations", """{"model":"google/gemini-2.5-flash-image","prompt":"a cat","n":2}""", UpstreamAnswer.Json(Gemini));
        var usage = JsonDocument.Parse(tokens.Body).RootElement.GetProperty("usage");
        Assert.Equal(2580, usage.GetProperty("output_tokens").GetInt64());
        Assert.Equal(18, usage.GetProperty("input_tokens").GetInt64());
        // 2 × (9 × 0.30 + 1290 × 30) USD per million.
        Assert.Equal("0.0774054", tokens.Header("x-gateway-cost"));

        var pictures = await fixture.PostAsync("/v1/images/generations", """{"model":"bedrock/amazon.titan-image-generator-v2:0","prompt":"a cat"}""", UpstreamAnswer.Json(Bedrock));
        Assert.False(JsonDocument.Parse(pictures.Body).RootElement.TryGetProperty("usage", out _));
        Assert.Equal("0.01", pictures.Header("x-gateway-cost"));

        var unknown = await fixture.PostAsync("/v1/images/generations", """{"model":"bedrock/amazon.nova-canvas-v1:0","prompt":"a cat"}""", UpstreamAnswer.Json(Bedrock));
        Assert.Null(unknown.Header("x-gateway-cost"));
    }

    [Fact]
    public async Task WhatCannotBeSaid_IsDroppedAndNamed_OrRefused()
    {
        const string Members = """ "prompt":"a cat","size":"1000x1000","quality":"high","style":"vivid","background":"transparent","response_format":"url" """;
        var answer = await fixture.PostAsync("/v1/images/generations", $$"""{"model":"google/imagen-4.0-generate-001",{{Members}}}""", UpstreamAnswer.Json(Imagen));
        Assert.Equal("quality, background, style, ~response_format", answer.Header("x-gateway-dropped"));
        Assert.False(JsonDocument.Parse(answer.Body).RootElement.GetProperty("data")[0].TryGetProperty("url", out _));

        var refused = await fixture.PostAsync("/v1/images/generations", $$"""{"model":"strict/google/imagen-4.0-generate-001",{{Members}}}""");
        Assert.Equal(400, refused.Status);
        Assert.Equal("quality", MediaFixture.ParamOf(refused));
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task Address_IsGivenWhereTheProviderKeepsPictures()
    {
        var answer = await fixture.PostAsync("/v1/images/generations", """{"model":"xai/grok-imagine-image","prompt":"a cat","resolution":"2k"}""", UpstreamAnswer.Json("""{"data":[{"url":"https://pictures.example/1.jpg","revised_prompt":"A cat."}]}"""));

        Assert.Equal("https://pictures.example/1.jpg", JsonDocument.Parse(answer.Body).RootElement.GetProperty("data")[0].GetProperty("url").GetString());
        // What OpenAI does not know is the provider's own.
        Assert.Contains("\"resolution\":\"2k\"", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MembersThatAreSaidAlready_AreNotSaidTwice()
    {
        var answer = await fixture.PostAsync("/v1/images/generations", """{"model":"together/m","prompt":"a cat","size":"512x256","width":9999,"steps":4,"style":"vivid"}""", UpstreamAnswer.Json(Shaped));

        Assert.Equal("""{"model":"m","prompt":"a cat","n":1,"width":512,"height":256,"steps":4}""", fixture.Upstream.Received[0].Text);
        Assert.Equal("width, style", answer.Header("x-gateway-dropped"));
    }

    public static TheoryData<string, string, string, string> Edits { get; } = new()
    {
        { "google/gemini-3-pro-image", Gemini, "/google/models/gemini-3-pro-image:generateContent", """{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"@"}},{"text":"a hat"}]}],"generationConfig":{"responseModalities":["TEXT","IMAGE"]}}""" },
        { "vertex/imagen-3.0-capability-001", Imagen, "/vertex/models/imagen-3.0-capability-001:predict", """{"instances":[{"prompt":"a hat","referenceImages":[{"referenceType":"REFERENCE_TYPE_RAW","referenceId":1,"referenceImage":{"bytesBase64Encoded":"@"}}]}],"parameters":{"sampleCount":1,"editMode":"EDIT_MODE_DEFAULT"}}""" },
        { "bedrock/amazon.nova-canvas-v1:0", Bedrock, "/bedrock/model/amazon.nova-canvas-v1%3A0/invoke", """{"taskType":"IMAGE_VARIATION","imageVariationParams":{"images":["@"],"text":"a hat"},"imageGenerationConfig":{"numberOfImages":1}}""" },
        { "bedrock/stability.sd3-5-large-v1:0", Bedrock, "/bedrock/model/stability.sd3-5-large-v1%3A0/invoke", """{"prompt":"a hat","image":"@","mode":"image-to-image","strength":0.7}""" },
        { "xai/grok-imagine-image", Shaped, "/xai/images/edits", """{"model":"grok-imagine-image","prompt":"a hat","n":1,"image":{"url":"data:image/png;base64,@","type":"image_url"}}""" },
        { "together/flux-kontext", Shaped, "/together/images/generations", """{"model":"flux-kontext","prompt":"a hat","n":1,"image_url":"data:image/png;base64,@"}""" },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task Edit_SendsThePicture_FromAFormAndFromJson(string model, string given, string target, string body)
    {
        var expected = body.Replace("@", Convert.ToBase64String(MediaFixture.Png), StringComparison.Ordinal);

        var form = await fixture.PostFormAsync("/v1/images/edits", UpstreamAnswer.Json(given), ("image", MediaFixture.Png), ("model", model), ("prompt", "a hat"));
        Assert.True(form.Status == 200, form.Text);
        Assert.Equal(target, fixture.Upstream.Received[0].Target);
        Assert.Equal(expected, fixture.Upstream.Received[0].Text);

        var json = await fixture.PostAsync("/v1/images/edits", $$"""{"model":"{{model}}","prompt":"a hat","images":[{"image_url":"data:image/png;base64,{{Convert.ToBase64String(MediaFixture.Png)}}"}]}""", UpstreamAnswer.Json(given));
        Assert.True(json.Status == 200, json.Text);
        Assert.Equal(expected, fixture.Upstream.Received[0].Text);
    }

    // 3 MB is beyond body_limits.memory: the picture goes from a temporary file to the connection, encoded on the way.
    [Theory]
    [InlineData(100_000)]
    [InlineData(3_000_001)]
    public async Task LargePicture_ArrivesWhole(int length)
    {
        byte[] picture = [.. MediaFixture.Png, .. Enumerable.Range(0, length).Select(number => (byte)(number * 7))];

        var answer = await fixture.PostFormAsync("/v1/images/edits", UpstreamAnswer.Json(Gemini), ("model", "google/gemini-3-pro-image"), ("image[]", picture), ("image[]", MediaFixture.Png), ("prompt", "a hat"));

        Assert.True(answer.Status == 200, answer.Text);
        var parts = JsonDocument.Parse(fixture.Upstream.Received[0].Body).RootElement.GetProperty("contents")[0].GetProperty("parts");
        Assert.Equal(picture, parts[0].GetProperty("inlineData").GetProperty("data").GetBytesFromBase64());
        Assert.Equal(MediaFixture.Png, parts[1].GetProperty("inlineData").GetProperty("data").GetBytesFromBase64());
    }

    [Fact]
    public async Task LargeAnswer_ComesWhole()
    {
        var picture = Convert.ToBase64String([.. MediaFixture.Png, .. new byte[6_000_000]]);
        // Some servers escape slashes.
        var given = Gemini.Replace("iVBORw0KGgo=", picture.Replace("/", "\\/", StringComparison.Ordinal), StringComparison.Ordinal);

        var answer = await fixture.PostAsync("/v1/images/generations", """{"model":"google/gemini-3-pro-image","prompt":"a cat"}""", UpstreamAnswer.Json(given));

        Assert.Equal(picture, JsonDocument.Parse(answer.Body).RootElement.GetProperty("data")[0].GetProperty("b64_json").GetString());
    }

    [Theory]
    [InlineData("vertex/imagen-3.0-capability-001", "MASK_MODE_USER_PROVIDED")]
    [InlineData("bedrock/amazon.titan-image-generator-v2:0", "INPAINTING")]
    [InlineData("bedrock/stability.stable-image-inpaint-v1:0", "\"mask\"")]
    public async Task Mask_GoesOnInBlackAndWhite_AndIsRefusedWhenItIsBroken(string model, string sign)
    {
        var given = UpstreamAnswer.Json(model.StartsWith("vertex", StringComparison.Ordinal) ? Imagen : Bedrock);
        var answer = await fixture.PostFormAsync("/v1/images/edits", given, ("model", model), ("image", MediaFixture.Png), ("mask", MediaFixture.Png), ("prompt", "a hat"));
        Assert.True(answer.Status == 200, answer.Text);
        Assert.Contains(sign, fixture.Upstream.Received[0].Text, StringComparison.Ordinal);

        // A real one, with a pixel to be changed.
        var transparent = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGNgAAIAAAUAAXpeqz8AAAAASUVORK5CYII=");
        var made = await fixture.PostFormAsync("/v1/images/edits", given, ("model", model), ("image", MediaFixture.Png), ("mask", transparent), ("prompt", "a hat"));
        Assert.True(made.Status == 200, made.Text);
        Assert.Contains(sign, fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(transparent), fixture.Upstream.Received[0].Text, StringComparison.Ordinal);

        var refused = await fixture.PostFormAsync("/v1/images/edits", given, ("model", model), ("image", MediaFixture.Png), ("mask", MediaFixture.TransparentPng), ("prompt", "a hat"));
        Assert.Equal((400, "mask"), (refused.Status, MediaFixture.ParamOf(refused)));
    }

    [Theory]
    [InlineData(""" "prompt":"" """, "prompt")]
    [InlineData(""" "prompt":"  " """, "prompt")]
    [InlineData(""" "prompt":["a"] """, "prompt")]
    [InlineData(""" "prompt":"a","n":0 """, "n")]
    [InlineData(""" "prompt":"a","n":11 """, "n")]
    [InlineData(""" "prompt":"a","n":{} """, "n")]
    [InlineData(""" "prompt":"a","size":"big" """, "size")]
    [InlineData(""" "prompt":"a","size":"0x5" """, "size")]
    [InlineData(""" "prompt":"a","size":"99999999x1" """, "size")]
    [InlineData(""" "prompt":"a","response_format":"jpeg" """, "response_format")]
    [InlineData(""" "prompt":"a","output_format":"tiff" """, "output_format")]
    [InlineData(""" "prompt":"a","output_compression":101 """, "output_compression")]
    [InlineData(""" "prompt":"a","background":"pink" """, "background")]
    [InlineData(""" "prompt":"a","stream":true """, "stream")]
    public async Task BadInput_IsRefusedWithItsNameAndNotSent(string members, string param)
    {
        var answer = await fixture.PostAsync("/v1/images/generations", $$"""{"model":"google/imagen-4.0-generate-001",{{members}}}""");

        Assert.True(answer.Status == 400, answer.Text);
        Assert.Equal(param, MediaFixture.ParamOf(answer));
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task BadEdit_IsRefusedWithItsNameAndNotSent()
    {
        const string Model = "google/gemini-3-pro-image";
        foreach (var (fields, param) in new ((string, object)[], string)[]
        {
            ([("model", Model), ("prompt", "a")], "image"),
            ([("model", Model), ("prompt", "a"), ("image", Array.Empty<byte>())], "image"),
            ([("model", Model), ("prompt", "a"), ("image", Encoding.UTF8.GetBytes("this is no picture"))], "image"),
            ([("model", Model), ("image", MediaFixture.Png)], "prompt"),
            ([("model", Model), ("prompt", "a"), ("image", MediaFixture.Png), ("mask", MediaFixture.Png)], "mask"),
            ([("model", Model), ("prompt", "a"), ("picture", MediaFixture.Png)], "picture"),
            ([("model", "google/imagen-4.0-generate-001"), ("prompt", "a"), ("image", MediaFixture.Png)], "image"),
            ([("model", "xai/grok-imagine-image"), ("prompt", "a"), ("image[]", MediaFixture.Png), ("image[]", MediaFixture.Png)], "image"),
        })
        {
            var answer = await fixture.PostFormAsync("/v1/images/edits", null, fields);
            Assert.True(answer.Status == 400, answer.Text);
            Assert.Equal(param, MediaFixture.ParamOf(answer));
            Assert.Empty(fixture.Upstream.Received);
        }
        foreach (var image in (string[])["\"https://pictures.example/cat.png\"", "{\"file_id\":\"file-1\"}", "\"data:image/png;base64,%%%\"", "\"data:image/png;base64,aGVsbG8=\"", "7"])
        {
            var answer = await fixture.PostAsync("/v1/images/edits", $$"""{"model":"{{Model}}","prompt":"a","images":[{{image}}]}""");
            Assert.True(answer.Status == 400, answer.Text);
            Assert.Equal("images[0]", MediaFixture.ParamOf(answer));
        }
    }

    [Theory]
    [InlineData("google/gemini-3-pro-image", """{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}""")]
    [InlineData("google/gemini-3-pro-image", """{"candidates":[{"finishReason":"IMAGE_SAFETY"}]}""")]
    [InlineData("google/imagen-4.0-generate-001", """{"predictions":[{"raiFilteredReason":"Unable to show generated images."}]}""")]
    [InlineData("google/imagen-4.0-generate-001", "{}")]
    [InlineData("bedrock/amazon.nova-canvas-v1:0", """{"images":[],"error":"This request has been blocked by our content filters."}""")]
    [InlineData("bedrock/stability.sd3-5-large-v1:0", """{"images":[],"finish_reasons":["Filter reason: prompt"]}""")]
    public async Task DeclinedPicture_IsSaidSo(string model, string given)
    {
        var answer = await fixture.PostAsync("/v1/images/generations", $$"""{"model":"{{model}}","prompt":"a cat"}""", UpstreamAnswer.Json(given));

        Assert.True(answer.Status == 400, answer.Text);
        Assert.Contains("declined", answer.Text, StringComparison.Ordinal);
        Assert.Equal("content_policy", (await fixture.RecordAsync(answer)).GetProperty("attempts")[0].GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData("google/gemini-3-pro-image", """{"candidates":[{"content":{"parts":[{"text":"I would rather talk."}]},"finishReason":"STOP"}]}""", "I would rather talk.")]
    [InlineData("google/gemini-3-pro-image", """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"%%%"}}]}}]}""", "no answer")]
    [InlineData("google/imagen-4.0-generate-001", """{"predictions":[{"bytesBase64Encoded":7}]}""", "no answer")]
    [InlineData("bedrock/amazon.nova-canvas-v1:0", """{"images":"none"}""", "no answer")]
    [InlineData("xai/grok-imagine-image", """{"data":[{}]}""", "no answer")]
    [InlineData("xai/grok-imagine-image", "<html><body>Welcome</body></html>", "no answer")]
    [InlineData("together/m", "[]", "no answer")]
    [InlineData("together/m", "", "no answer")]
    public async Task Nonsense_IsAnErrorInOpenAIsShape(string model, string given, string words)
    {
        var answer = await fixture.PostAsync("/v1/images/generations", $$"""{"model":"{{model}}","prompt":"a cat"}""", UpstreamAnswer.Json(given));

        Assert.True(answer.Status is 502, answer.Text);
        Assert.Contains(words, JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProvidersError_KeepsItsWords()
    {
        var answer = await fixture.PostAsync("/v1/images/generations", """{"model":"google/imagen-4.0-generate-001","prompt":"a cat"}""",
            UpstreamAnswer.Json("""{"error":{"code":400,"message":"aspectRatio is not supported.","status":"INVALID_ARGUMENT"}}""", 400));

        Assert.Equal(400, answer.Status);
        Assert.Contains("aspectRatio is not supported.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailedForm_FallsOverToAnotherForm()
    {
        var answer = await fixture.PostAsync("/v1/images/generations", """{"model":"fallback","prompt":"a cat","n":2}""", UpstreamAnswer.Json("{}", 500));

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal("picture", answer.Header("x-gateway-deployment"));
        Assert.Equal(2, JsonDocument.Parse(answer.Body).RootElement.GetProperty("data").GetArrayLength());
    }
}
