using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Lifecycle;

/// <summary>A request that makes the gateway compute for milliseconds, and what the upstream answers.</summary>
/// <param name="Request">Makes the request, for each round anew.</param>
/// <param name="Answer">The upstream's answer.</param>
/// <param name="Expected">The status the caller gets.</param>
internal sealed record HeavyWork(Func<HttpRequestMessage> Request, UpstreamAnswer Answer, HttpStatusCode Expected = HttpStatusCode.OK)
{
    private const int Large = 2_000_000;

    private static readonly UpstreamAnswer SmallAnswer = UpstreamAnswer.Json(Completion("ok"));
    private static readonly UpstreamAnswer ConverseAnswer = UpstreamAnswer.Json(
        """{"output":{"message":{"role":"assistant","content":[{"text":"ok"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":1}}""");

    /// <summary>Every kind of work that grows with what callers or providers send, or with the configuration.</summary>
    public static IReadOnlyDictionary<string, Func<HeavyWork>> All { get; } = new Dictionary<string, Func<HeavyWork>>
    {
        ["translated and signed request"] = () => new(Chat("signed/m", Words(Large)), ConverseAnswer),
        ["passed request of many parts"] = () => new(Post("v1/chat/completions", $$"""{"model":"passed/m","messages":[{{string.Join(',', Enumerable.Repeat("""{"role":"user","content":"a"}""", Large / 30))}}]}"""), SmallAnswer),
        ["compressed request"] = () => new(Compressed(Large * 5), SmallAnswer),
        ["translated answer"] = () => new(Chat("messages/m", "a"), UpstreamAnswer.Json(Message(Words(Large)))),
        ["whole answer"] = () => new(Chat("passed/m", "a"), UpstreamAnswer.Json($$$"""{"choices":[{{{string.Join(',', Enumerable.Repeat("""{"message":{"content":"a"},"finish_reason":"stop"}""", 4_500))}}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}""")),
        ["large answer"] = () => new(Chat("passed/m", "a"), UpstreamAnswer.Json($$$"""{"choices":[{{{string.Join(',', Enumerable.Repeat("""{"message":{"content":"a"},"finish_reason":"stop"}""", 45_000))}}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}""")),
        ["compressed answer"] = () => new(Chat("passed/m", "a"), UpstreamAnswer.Json(Completion(Words(Large))).Compressed("gzip")),
        ["embeddings in another form"] = () => new(Post("v1/embeddings", """{"model":"vectors/m","input":"a"}"""), UpstreamAnswer.Json(Vectors(50_000))),
        ["picture in another form"] = () => new(Post("v1/images/generations", """{"model":"pictures/m","prompt":"a"}"""), UpstreamAnswer.Json(Picture(Large))),
        ["large event"] = () => new(Chat("messages/m", "a", stream: true), UpstreamAnswer.Events(MessageEvents(Words(Large)))),
        ["native answer"] = () => new(Post("native/messages/v1/messages", """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"}]}"""), UpstreamAnswer.Json(Message(Words(900_000)))),
        ["native stream"] = () => new(Post("native/messages/v1/messages", """{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"a"}]}"""), UpstreamAnswer.Events(MessageEvents(Words(900_000)))),
        ["list of models"] = () => new(() => new HttpRequestMessage(HttpMethod.Get, "v1/models"), SmallAnswer),
        ["unknown model"] = () => new(Chat("some-modle-of-many-7", "a"), SmallAnswer, HttpStatusCode.NotFound),
    };

    /// <summary>A request of the usual size.</summary>
    public static HeavyWork None { get; } = new(Chat("passed/m", Words(1_000)), SmallAnswer);

    private static Func<HttpRequestMessage> Chat(string model, string prompt, bool stream = false) => Post(
        "v1/chat/completions", $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{prompt}}"}]}""");

    private static Func<HttpRequestMessage> Post(string path, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return () => new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
    }

    private static Func<HttpRequestMessage> Compressed(int length)
    {
        using var packed = new MemoryStream();
        using (var stream = UpstreamAnswer.Compressor("gzip", packed))
        {
            stream.Write(Encoding.UTF8.GetBytes($$"""{"model":"passed/m","messages":[{"role":"user","content":"{{Words(length)}}"}]}"""));
        }
        var bytes = packed.ToArray();
        return () => new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json"), ContentEncoding = { "gzip" } } },
        };
    }

    /// <summary>Text with escapes in it, which are dearer to read and write than plain letters.</summary>
    private static string Words(int length) => string.Concat(Enumerable.Repeat("some \\\"words\\\" \\u00e4\\n", length / 20));

    private static string Completion(string text) =>
        $$$"""{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"{{{text}}}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""";

    private static string Message(string text) =>
        $$$"""{"id":"msg","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"{{{text}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}""";

    private static string MessageEvents(string text) =>
        $$$$"""
        event: message_start
        data: {"type":"message_start","message":{"id":"msg","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{{text}}}}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    private static string Picture(int length) => $$"""{"images":["{{new string('A', length)}}"]}""";

    private static string Vectors(int numbers) =>
        $$$$"""{"id":"e","texts":[],"embeddings":{"float":[[{{{{string.Join(',', Enumerable.Range(0, numbers).Select(i => (i * 0.000123).ToString(CultureInfo.InvariantCulture)))}}}}]]},"meta":{"billed_units":{"input_tokens":1}}}""";
}
