using System.Globalization;
using System.Text;

namespace AiGateway.LoadTest.Http;

/// <summary>The request and answer of the measurements, as bytes that are built once.</summary>
internal static class ChatBytes
{
    /// <summary>The model that callers ask for: an alias of the gateway.</summary>
    public const string Alias = "chat-alias";

    /// <summary>The model name upstream.</summary>
    public const string UpstreamModel = "chat-model";

    /// <summary>The gateway key of the load tool; it opens nothing but the gateway that this tool starts.</summary>
    public const string CallerKey = "sk-gateway-load-test-0123456789abcdef";

    private const string ChatPath = "/v1/chat/completions";

    private static readonly string[] Words =
        ["the", "gateway", "routes", "each", "request", "to", "one", "deployment", "and", "meters", "tokens", "café", "\\\"quoted\\\"", "as", "they", "pass", "without", "delay", "naïve", "42"];

    /// <summary>A non-streamed answer of about 0.7 KB with usage. Free of <c>'</c> and <c>$</c>, which the nginx configuration would have to escape.</summary>
    public const string Answer =
        """{"id":"chatcmpl-BenchAnswer0000000000000001","object":"chat.completion","created":1760000000,"model":"chat-model","choices":[{"index":0,"message":{"role":"assistant","content":"A gateway stands between callers and model providers. It checks the key, chooses a deployment, passes the bytes on, counts what was consumed, and says what it cost.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":274,"completion_tokens":36,"total_tokens":310,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_bench"}""";

    /// <summary>A whole POST of a chat completion, head and body.</summary>
    /// <param name="host">Value of the Host header.</param>
    /// <param name="model">Model to ask for.</param>
    /// <param name="bodyBytes">Size of the body; the prompt is filled up to it. At least 300.</param>
    /// <param name="stream">Whether a stream is asked for.</param>
    /// <param name="path">Where to; the body is one that Anthropic's dialect reads too.</param>
    /// <param name="opening">What the prompt begins with; ASCII that JSON need not escape.</param>
    public static byte[] Request(string host, string model, int bodyBytes, bool stream, string path = ChatPath, string opening = "") =>
        Post(host, path, stream, Body(model, bodyBytes, stream, opening));

    /// <summary>A whole POST of a chat completion with a short question, at temperature 0.</summary>
    /// <param name="host">Value of the Host header.</param>
    /// <param name="model">Model to ask for.</param>
    /// <param name="question">ASCII that JSON need not escape.</param>
    public static byte[] Question(string host, string model, string question) => Post(host, ChatPath, stream: false, Encoding.UTF8.GetBytes(
        $$"""{"model":"{{model}}","temperature":0,"messages":[{"role":"system","content":"You answer briefly."},{"role":"user","content":"{{question}}"}]}"""));

    private static byte[] Post(string host, string path, bool stream, byte[] body)
    {
        var head = string.Create(CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {CallerKey}\r\nContent-Type: application/json\r\nAccept: {(stream ? "text/event-stream" : "application/json")}\r\nUser-Agent: AiGateway.LoadTest\r\nContent-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    private static byte[] Body(string model, int bodyBytes, bool stream, string opening)
    {
        var start = $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"temperature":0.2,"max_tokens":256,"messages":[{"role":"system","content":"You answer briefly."},{"role":"user","content":" {{opening}}""";
        const string End = "\"}]}";
        var text = new StringBuilder(start, bodyBytes + 16);
        // Bytes and not characters count: two of the words are not ASCII.
        var length = Encoding.UTF8.GetByteCount(start) + End.Length;
        for (var i = 0; ; i++)
        {
            var word = (i % 23 == 22 ? "\\n" : " ") + Words[(i * 7) % Words.Length];
            var bytes = Encoding.UTF8.GetByteCount(word);
            if (length + bytes > bodyBytes)
            {
                break;
            }
            text.Append(word);
            length += bytes;
        }
        text.Append('.', Math.Max(0, bodyBytes - length)).Append(End);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A GET without a body.</summary>
    public static byte[] Get(string host, string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
}
