using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Responses;

/// <summary>Pins that a picture of OpenAI's image tool loses nothing in its own dialect, and reaches clients of others as what they have for pictures.</summary>
public sealed class ResponsesImageTests
{
    private const string Item = """{"type":"image_generation_call","id":"ig_1","status":"completed","background":"opaque","output_format":"webp","revised_prompt":"A dot","size":"1x1","result":"AAAA"}""";
    private const string Message = """{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Here","annotations":[]}]}""";

    private static readonly string Answer = """{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[MESSAGE,ITEM],"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}"""
        .Replace("MESSAGE", Message, StringComparison.Ordinal).Replace("ITEM", Item, StringComparison.Ordinal);

    private static readonly byte[] Stream = Codec.Sse(
        """{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"m","output":[]}}""",
        """{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"image_generation_call","id":"ig_1","status":"in_progress","result":null}}""",
        """{"type":"response.image_generation_call.partial_image","sequence_number":2,"output_index":0,"item_id":"ig_1","partial_image_index":0,"partial_image_b64":"BBBB"}""",
        """{"type":"response.output_item.done","sequence_number":3,"output_index":0,"item":ITEM}""".Replace("ITEM", Item, StringComparison.Ordinal),
        """{"type":"response.completed","sequence_number":4,"response":{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[ITEM],"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}}""".Replace("ITEM", Item, StringComparison.Ordinal));

    [Fact]
    public void OwnAnswerAndRequest_KeepTheItemWhole()
    {
        AssertJson(Item, Codec.Write(Codec.Response(Answer)).GetProperty("output")[1]);
        var request = Codec.Write(Codec.Request($$"""{"model":"m","input":[{"role":"user","content":"Draw"},{{Item}},{"role":"user","content":"Bigger"}]}"""));
        AssertJson(Item, request.GetProperty("input")[1]);
        AssertJson("""{"type":"image_generation_call","id":"ig_1"}""", Codec.Write(Codec.Request("""{"model":"m","input":[{"type":"image_generation_call","id":"ig_1"}]}""")).GetProperty("input")[0]);
    }

    [Fact]
    public void OwnStream_KeepsTheItemWhole()
    {
        var response = Codec.Decode(Stream, out var steps, out var isComplete);

        Assert.True(isComplete);
        Assert.Equal(("AAAA", "image/webp"), (Assert.IsType<MediaPart>(Assert.Single(response.Candidates[0].Parts)).Base64, ((MediaPart)response.Candidates[0].Parts[0]).MediaType));
        var events = Codec.Events(Codec.Encode(steps));
        AssertJson(Item, events.Single(step => step.GetProperty("type").GetString() == "response.output_item.done").GetProperty("item"));
        AssertJson(Item, events[^1].GetProperty("response").GetProperty("output")[0]);
    }

    [Theory]
    [InlineData(Dialect.Gemini, """{"inlineData":{"mimeType":"image/webp","data":"AAAA"}}""")]
    [InlineData(Dialect.OpenAIChat, """{"url":"data:image/webp;base64,AAAA"}""")]
    public void ClientsWithPictures_GetIt_WholeAndStreamed(Dialect client, string expected)
    {
        Assert.Contains(expected, Written(client, out var translation), StringComparison.Ordinal);
        Assert.Empty(translation.Losses);
        Assert.Contains(expected, Streamed(client), StringComparison.Ordinal);
    }

    [Fact]
    public void ClientsWithoutPictures_GetTheRest_AndItIsNamed()
    {
        var text = Written(Dialect.Anthropic, out var translation);

        Assert.Contains("Here", text, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", text + Streamed(Dialect.Anthropic), StringComparison.Ordinal);
        Assert.Contains("message_stop", Streamed(Dialect.Anthropic), StringComparison.Ordinal);
        Assert.True(Assert.Single(translation.Losses).IsDropped);
    }

    [Theory]
    [InlineData(Dialect.Gemini, true)]
    [InlineData(Dialect.Ollama, true)]
    [InlineData(Dialect.OpenAIChat, false)]
    [InlineData(Dialect.Anthropic, false)]
    [InlineData(Dialect.Converse, false)]
    [InlineData(Dialect.Cohere, false)]
    public void TakenBackToAnother_ItIsSentOrNamed(Dialect target, bool isSent)
    {
        var request = Codec.Request($$"""{"model":"m","input":[{"role":"user","content":"Draw"},{{Message}},{{Item}},{"role":"user","content":"Bigger"}]}""");
        var translation = new Translation { Model = "m" };
        var output = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(target).WriteRequest(request, translation, output);

        Assert.Equal(isSent, Encoding.UTF8.GetString(output.WrittenSpan).Contains("AAAA", StringComparison.Ordinal));
        Assert.Equal(isSent, translation.Losses.Count == 0);
    }

    [Theory]
    [InlineData("""{"type":"image_generation_call","id":"ig_1","status":"failed","result":null}""")]
    [InlineData("""{"type":"image_generation_call","id":7,"status":"failed","result":[]}""")]
    public void ToolThatMadeNothing_IsNoPicture(string item)
    {
        var response = Codec.Response(Answer.Replace(Item, item, StringComparison.Ordinal));

        Assert.IsType<OpaquePart>(response.Candidates[0].Parts[1]);
        AssertJson(item, Codec.Write(response).GetProperty("output")[1]);
    }

    private static string Written(Dialect client, out Translation translation)
    {
        translation = new Translation { Model = "m" };
        var output = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(client).WriteResponse(Codec.Response(Answer), new ChatRequest { Source = client, Model = "m" }, translation, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Streamed(Dialect client)
    {
        Codec.Decode(Stream, out var steps, out _);
        var encoder = ChatCodecs.Of(client).CreateEncoder(new ChatRequest { Source = client, Model = "m" });
        var output = new ArrayBufferWriter<byte>();
        foreach (var step in steps)
            encoder.Write(step, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void AssertJson(string expected, JsonElement actual)
    {
        using var document = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(document.RootElement, actual), $"Expected {expected}\nbut got  {actual.GetRawText()}");
    }
}
