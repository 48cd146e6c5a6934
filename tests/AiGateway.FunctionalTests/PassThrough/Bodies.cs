namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>Answers of our own making, in the shape of real ones.</summary>
internal static class Bodies
{
    public const string Chat = """
        {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}
        """;

    /// <summary>With <c>"usage":null</c> at each place in a chunk, and a chunk of usage alone.</summary>
    public const string ChatEvents =
        "data: {\"usage\":null,\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"
        + "data: {\"id\":\"c1\",\"usage\":null,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n"
        + "data: {\"id\":\"c1\", \"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":null}], \"usage\" : null }\n\n"
        + "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        + "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,\"total_tokens\":9}}\n\n"
        + "data: [DONE]\n\n";

    /// <summary>The same without what a caller sees only when it asked for usage.</summary>
    public const string ChatEventsWithoutUsage =
        "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"
        + "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n"
        + "data: {\"id\":\"c1\", \"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":null}] }\n\n"
        + "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        + "data: [DONE]\n\n";

    public static string Response(string id, string? previous = null, string text = "Hello") =>
        $$$"""{"id": "{{{id}}}","object":"response","status":"completed","model":"gpt-4o-mini","output":[{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"{{{text}}}"}]}],"previous_response_id":{{{(previous is null ? "null" : $"\"{previous}\"")}}},"usage":{"input_tokens":7,"output_tokens":2,"total_tokens":9}}""";

    public static string ResponseEvents(string id) =>
        $"event: response.created\ndata: {{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{{\"id\":\"{id}\",\"status\":\"in_progress\",\"output\":[]}}}}\n\n"
        + "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"item_id\":\"msg_1\",\"delta\":\"Hello\"}\n\n"
        + $"event: response.completed\ndata: {{\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{Response(id)}}}\n\n";

    /// <summary>A chunk of one choice.</summary>
    public static string Chunk(string delta, string finish = "null", string more = "") =>
        $"data: {{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]{more}}}\n\n";
}
