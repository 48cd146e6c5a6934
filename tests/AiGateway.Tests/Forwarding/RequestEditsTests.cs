using System.Text;
using System.Text.Json;
using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.TestKit;

namespace AiGateway.Tests.Forwarding;

/// <summary>The closed list of edits on requests: these bytes change, and no others.</summary>
public sealed class RequestEditsTests
{
    [Theory]
    [InlineData("""{"model":"alias","messages":[{"role":"user","content":"x"}]}""", """{"model":"m","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{ "messages" : [{"role":"user","content":"x"}] , "model" : "alias" , "odd":1.50e+3 }""", """{ "messages" : [{"role":"user","content":"x"}] , "model" : "m" , "odd":1.50e+3 }""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"unknown":{"model":"x"}}""", """{"model":"m","messages":[{"role":"user","content":"x"}],"unknown":{"model":"x"}}""")]
    [InlineData("""{"model":"alias","stream":true,"messages":[{"role":"user","content":"x"}]}""", """{"stream_options":{"include_usage":true},"model":"m","stream":true,"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"alias","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"alias","stream":true,"stream_options":{"include_usage":false},"messages":[{"role":"user","content":"x"}]}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"alias","stream":true,"stream_options":{},"messages":[{"role":"user","content":"x"}]}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"alias","stream":true,"stream_options":{"x":1},"messages":[{"role":"user","content":"x"}]}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true,"x":1},"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"alias","stream":true,"stream_options":null,"messages":[{"role":"user","content":"x"}]}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}""")]
    public async Task Body_ChangesOnlyWhereTheListSays(string body, string sent) => Assert.Equal(sent, await SendAsync(body, usageOption: true));

    [Fact]
    public async Task ProviderWithoutTheOption_IsNotAskedForUsage() =>
        Assert.Equal("""{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}]}""", await SendAsync("""{"model":"alias","stream":true,"messages":[{"role":"user","content":"x"}]}""", usageOption: false));

    [Fact]
    public async Task EveryAttempt_GetsTheSameBytesAndTheOriginalStays()
    {
        const string Body = """{"model":"alias","stream":true,"messages":[{"role":"user","content":"é😀"}]}""";
        var request = Upstream.Request(Body);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var deployment = Upstream.Deployment("d", $"model-{attempt}");
            using var content = new EditedBodyContent(request.Body!, RequestEdits.For(request, deployment, $"model-{attempt}"), "application/json");
            var sent = await content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.Equal(content.Headers.ContentLength, sent.Length);
            Assert.Equal($"model-{attempt}", JsonSerializer.Deserialize<JsonElement>(sent).GetProperty("model").GetString());
        }
        Assert.Equal(Body, Encoding.UTF8.GetString(request.Body!.Memory.Span));
    }

    [Fact]
    public async Task AnyEdits_GiveWhatSplicingGives()
    {
        var random = SeededRandom.From(5);
        for (var round = 0; round < 300; round++)
        {
            var bytes = random.Bytes(random.Next(0, 200));
            var (edits, expected, position) = (new List<BodyEdit>(), new List<byte>(), 0);
            while (random.Chance(0.7) && edits.Count < 6)
            {
                var start = random.Next(position, bytes.Length + 1);
                var length = random.Next(0, bytes.Length - start + 1);
                var replacement = random.Bytes(random.Next(0, 9));
                edits.Add(new BodyEdit(start, length, replacement));
                expected.AddRange(bytes[position..start]);
                expected.AddRange(replacement);
                position = start + length;
            }
            expected.AddRange(bytes[position..]);

            using var content = new EditedBodyContent(new PooledBody([.. bytes], bytes.Length), edits.ToArray(), "application/json");
            Assert.Equal(expected, await content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
            Assert.Equal(expected.Count, content.Headers.ContentLength);
        }
    }

    private static async Task<string> SendAsync(string body, bool usageOption)
    {
        var request = Upstream.Request(body, Operation.ChatCompletions);
        var deployment = Upstream.Deployment("d", "m", Upstream.Provider(usageOption: usageOption));
        using var content = new EditedBodyContent(request.Body!, RequestEdits.For(request, deployment, "m"), "application/json");
        return await content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
