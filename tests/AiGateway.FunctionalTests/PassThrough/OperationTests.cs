using System.Text;

namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>Pins that each operation reaches its own address, with nothing but the model changed, and that its answer comes back as it is.</summary>
[Collection(PassThroughCollection.Name)]
public sealed class OperationTests(PassThroughFixture fixture)
{
    [Theory]
    [InlineData("completions", """{"model":"MODEL","prompt":"Hello","x":1}""", """{"object":"text_completion","choices":[{"text":"Hi","index":0,"finish_reason":"stop"}],"x":1}""")]
    [InlineData("embeddings", """{"input":["a","b"],"model":"MODEL","dimensions":3,"x":1}""", """{"object":"list","data":[{"index":0,"embedding":[0.10,-1e-9,2]}],"usage":{"prompt_tokens":2,"total_tokens":2},"x":1}""")]
    [InlineData("moderations", """{"model":"MODEL","input":"Hello","x":1}""", """{"id":"modr-1","results":[{"flagged":false,"categories":{}}],"x":1}""")]
    [InlineData("images/generations", """{"model":"MODEL","prompt":"A cat","size":"1024x1024","x":1}""", """{"created":1,"data":[{"b64_json":"AAAA"}],"usage":{"input_tokens":5,"output_tokens":100,"total_tokens":105},"x":1}""")]
    [InlineData("images/edits", """{"model":"MODEL","prompt":"A cat","images":[{"image_url":"https://example.com/a.png"}],"x":1}""", """{"created":1,"data":[{"url":"https://example.com/b.png"}],"x":1}""")]
    [InlineData("rerank", """{"model":"MODEL","query":"q","documents":["a","b"],"x":1}""", """{"results":[{"index":1,"relevance_score":0.90}],"meta":{"billed_units":{"search_units":1}},"x":1}""")]
    public async Task JsonOperation_PassesBothWays(string path, string request, string answer)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(answer);
        var received = await fixture.PostAsync("/v1/" + path, request.Replace("MODEL", "chat", StringComparison.Ordinal));

        Assert.Equal(200, received.Status);
        Assert.Equal(answer, received.Text);
        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("/openai/" + path, sent.Target);
        Assert.Equal(request.Replace("MODEL", PassThroughFixture.UpstreamModel, StringComparison.Ordinal), sent.Text);
    }

    [Theory]
    [InlineData("audio/transcriptions", "application/json", """{"text":"Hello","x":1}""")]
    [InlineData("audio/transcriptions", "text/plain; charset=utf-8", "Hello\n")]
    [InlineData("audio/transcriptions", "text/vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n")]
    [InlineData("audio/translations", "application/json", """{"text":"Hello","x":1}""")]
    [InlineData("images/variations", "application/json", """{"created":1,"data":[{"url":"https://example.com/b.png"}],"x":1}""")]
    [InlineData("images/edits", "application/json", """{"created":1,"data":[{"url":"https://example.com/b.png"}],"x":1}""")]
    public async Task FormOperation_PassesBothWays(string path, string type, string answer)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(answer) with { ContentType = type };
        var received = await fixture.PostAsync("/v1/" + path, Form("chat"), "multipart/form-data; boundary=\"b-1\"");

        Assert.Equal(200, received.Status);
        Assert.Equal(answer, received.Text);
        Assert.Equal(type, received.Headers["Content-Type"]);
        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("/openai/" + path, sent.Target);
        Assert.Equal(Form(PassThroughFixture.UpstreamModel), sent.Body);
    }

    [Fact]
    public async Task TranscriptionStream_PassesUntilItsDone()
    {
        const string Stream =
            "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hel\"}\n\ndata: {\"type\":\"transcript.text.delta\",\"delta\":\"lo\"}\n\n"
            + "data: {\"type\":\"transcript.text.done\",\"text\":\"Hello\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":14,\"output_tokens\":3,\"total_tokens\":17}}\n\n";
        fixture.Upstream.Answer = UpstreamAnswer.Events(Stream);
        var answer = await fixture.PostAsync("/v1/audio/transcriptions", Form("chat"), "multipart/form-data; boundary=\"b-1\"");

        Assert.False(answer.IsBroken);
        Assert.Equal(Stream, answer.Text);
        Assert.Equal(14, (await fixture.RecordAsync(answer)).GetProperty("usage").GetProperty("input_tokens").GetInt64());
    }

    [Fact]
    public async Task ImageStream_PassesUntilItsLastImage()
    {
        const string Stream =
            "event: image_generation.partial_image\ndata: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"AAAA\",\"partial_image_index\":0}\n\n"
            + "event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"BBBB\",\"usage\":{\"input_tokens\":5,\"output_tokens\":100,\"total_tokens\":105}}\n\n";
        fixture.Upstream.Answer = UpstreamAnswer.Events(Stream);
        var answer = await fixture.PostAsync("/v1/images/generations", """{"model":"chat","prompt":"A cat","stream":true,"partial_images":1}""");

        Assert.False(answer.IsBroken);
        Assert.Equal(Stream, answer.Text);
        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.Equal((100, 1), (usage.GetProperty("output_tokens").GetInt32(), usage.GetProperty("images").GetInt32()));
    }

    private static byte[] Form(string model) => Encoding.Latin1.GetBytes(string.Join("\r\n",
        "--b-1", "Content-Disposition: form-data; name=\"prompt\"", "", "model",
        "--b-1", "Content-Disposition: form-data; name=\"image\"; filename=\"model.png\"", "Content-Type: image/png", "", "\u0089PNG\u0000\u00ff\n--b-2",
        "--b-1", "Content-Disposition: form-data; name=\"model\"", "", model,
        "--b-1--", ""));
}
