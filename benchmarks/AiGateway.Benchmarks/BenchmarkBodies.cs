using System.Text;
using AiGateway.LoadTest.Http;

namespace AiGateway.Benchmarks;

/// <summary>Bodies that the benchmarks read: those of the load test, and a streamed answer.</summary>
internal static class BenchmarkBodies
{
    /// <summary>A chat request's JSON of <paramref name="bytes"/>.</summary>
    public static byte[] ChatRequest(int bytes, bool stream = false)
    {
        var request = ChatBytes.Request("localhost", ChatBytes.Alias, bytes, stream);
        return request[(request.AsSpan().IndexOf("\r\n\r\n"u8) + 4)..];
    }

    /// <summary>A chat request of <paramref name="messages"/> messages of 4 KB, with a line end every 60 bytes, as prompts of documents and code have.</summary>
    public static byte[] Conversation(int messages)
    {
        var line = "the gateway routes each request to one of 42 deployments, \\n";
        var message = $$"""{"role":"user","content":"{{string.Concat(Enumerable.Repeat(line, 4096 / line.Length))}}"}""";
        return Encoding.UTF8.GetBytes($$"""{"model":"chat-model","messages":[{{string.Join(',', Enumerable.Repeat(message, messages))}}]}""");
    }

    /// <summary>A chat request of about <paramref name="bytes"/>, nearly all of it the schemas of tools: names and short words, nested, no member in order.</summary>
    public static byte[] ToolRequest(int bytes)
    {
        const string Tool = """{"type":"function","function":{"name":"find_orders_NUMBER","description":"Finds the orders of a customer, newest first.","strict":true,"parameters":{"type":"object","properties":{"customer":{"type":"string","description":"Who ordered."},"status":{"type":"string","enum":["open","paid","sent","returned"]},"period":{"type":"object","properties":{"from":{"type":"string","format":"date"},"to":{"type":"string","format":"date"}},"required":["from","to"],"additionalProperties":false},"limit":{"type":"integer","minimum":1,"maximum":100},"tags":{"type":"array","items":{"type":"string"}}},"required":["customer","status","period","limit","tags"],"additionalProperties":false}}}""";
        var tools = Enumerable.Range(0, Math.Max(1, bytes / Tool.Length)).Select(number => Tool.Replace("NUMBER", $"{number}", StringComparison.Ordinal));
        return Encoding.UTF8.GetBytes($$"""{"model":"chat-model","temperature":0,"tools":[{{string.Join(',', tools)}}],"messages":[{"role":"user","content":"Which orders are open?"}]}""");
    }

    /// <summary>A whole answer's JSON.</summary>
    public static byte[] ChatAnswer() => Encoding.UTF8.GetBytes(ChatBytes.Answer);

    /// <summary>The events of a streamed answer, each with its empty line: role, <paramref name="words"/> words, finish reason, usage, <c>[DONE]</c>.</summary>
    public static byte[][] ChatEvents(int words)
    {
        static byte[] Event(string choices, string usage) => Encoding.UTF8.GetBytes(
            $$"""data: {"id":"chatcmpl-BenchStream000000000000001","object":"chat.completion.chunk","created":1760000000,"model":"chat-model","service_tier":"default","system_fingerprint":"fp_bench","choices":[{{choices}}],"usage":{{usage}},"obfuscation":"k3Jd9"}""" + "\n\n");
        return
        [
            Event("""{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}""", "null"),
            .. Enumerable.Range(0, words).Select(i => Event($$"""{"index":0,"delta":{"content":" word{{i % 10}}"},"logprobs":null,"finish_reason":null}""", "null")),
            Event("""{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}""", "null"),
            Event("", """{"prompt_tokens":274,"completion_tokens":100,"total_tokens":374,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}"""),
            "data: [DONE]\n\n"u8.ToArray(),
        ];
    }
}
