using System.Buffers;
using System.Text;
using AiGateway.FunctionalTests.Native;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.Protocols.Framing;

namespace AiGateway.FunctionalTests.Quirks;

/// <summary>Pins that streams of forms that the gateway does not know, as numbered in the recordings' QUIRKS.md, pass the native route byte for byte, complete, and are not metered by a guess.</summary>
[Collection(NativeCollection.Name)]
public sealed class NativeQuirkTests(NativeFixture fixture)
{
    [Fact]
    public async Task Quirk18_BedrocksInvokeStreamWithoutMetrics_Passes()
    {
        var body = new ArrayBufferWriter<byte>();
        var chunk = Convert.ToBase64String("""{"outputText":"Input blocked","index":0.0,"amazon-bedrock-guardrailAction":"INTERVENED"}"""u8);
        AwsEventStream.WriteEvent(body, "chunk"u8, Encoding.UTF8.GetBytes($$"""{"bytes":"{{chunk}}","p":"abc"}"""));
        await PassesAsync("/native/bedrock-converse/model/amazon.titan-text-express-v1/invoke-with-response-stream", "application/vnd.amazon.eventstream", body.WrittenSpan.ToArray());
    }

    [Fact]
    public Task Quirk30_CoheresFirstApisLines_Pass() => PassesAsync(
        "/native/cohere/v1/chat", "application/stream+json",
        "{\"is_finished\":false,\"event_type\":\"text-generation\",\"text\":\"Hi\"}\n{\"is_finished\":true,\"event_type\":\"stream-end\",\"finish_reason\":\"COMPLETE\"}\n"u8.ToArray());

    [Theory]
    [InlineData("streams/1", ": hi\n\nevent: output\nid: 1:0\ndata: \n\nevent: output\nid: 1:1\ndata:  a\ndata: b\n\nevent: done\nid: 1:2\ndata: {}\n\n:408: 408 Request Timeout\n\n")]
    [InlineData("ml/v1/text/generation_stream", "id: 1\nevent: message\ndata: {\"results\":[{\"generated_text\":\"\",\"generated_token_count\":0,\"input_token_count\":8}]}\n\nid: 2\nevent: message\ndata: {\"results\":[{\"generated_text\":\"x\",\"generated_token_count\":1,\"input_token_count\":0,\"stop_reason\":\"eos_token\"}]}\n\n")]
    public Task Quirk33_ReplicatesRawTextAndWatsonxsEvents_Pass(string path, string stream) => PassesAsync("/native/openai/" + path, "text/event-stream", Encoding.UTF8.GetBytes(stream));

    private async Task PassesAsync(string path, string type, byte[] body)
    {
        foreach (var pieces in (int[])[1, 7, 64 * 1024])
        {
            fixture.Upstream.Answer = new UpstreamAnswer { ContentType = type, Body = body, Pieces = pieces };
            var answer = await fixture.PostAsync(path, """{"model":"m","stream":true}""");

            Assert.Equal((200, false), (answer.Status, answer.IsBroken));
            Assert.Equal(body, answer.Body);
            var record = await fixture.RecordAsync(answer);
            Assert.Equal("completed", record.GetProperty("outcome").GetString());
            Assert.False(record.TryGetProperty("usage", out _));
        }
    }
}
