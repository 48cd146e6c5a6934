using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>What a client of some dialect sends in the place of the recorded caller.</summary>
internal static class MatrixRequest
{
    /// <summary>The request, with <paramref name="model"/> in the place of the recorded one.</summary>
    public static HttpRequestMessage Make(RecordedExchange exchange, Dialect client, string model) =>
        Post(client, model, exchange.Stream, MatrixSelection.Passes(exchange, client) && exchange.RequestIsJson ? Own(exchange, client, model) : Translated(exchange, client, model));

    /// <summary>A body as a client of the dialect sends it.</summary>
    public static HttpRequestMessage Post(Dialect client, string model, bool stream, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(PathOf(client, model, stream), UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (client == Dialect.Anthropic)
            request.Headers.Add("anthropic-version", "2023-06-01");
        return request;
    }

    private static string PathOf(Dialect client, string model, bool stream) => client switch
    {
        Dialect.OpenAIChat => "/v1/chat/completions",
        Dialect.OpenAIResponses => "/v1/responses",
        Dialect.Anthropic => "/v1/messages",
        _ => $"/v1beta/models/{model}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}",
    };

    /// <summary>The recorded body. What it continues is left out: the gateway knows stored responses by its own ids, which other tests are about.</summary>
    private static byte[] Own(RecordedExchange exchange, Dialect client, string model)
    {
        var body = JsonNode.Parse(exchange.RequestBody)!.AsObject();
        if (client != Dialect.Gemini)
            body["model"] = model;
        body.Remove("previous_response_id");
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private static byte[] Translated(RecordedExchange exchange, Dialect client, string model)
    {
        var source = MatrixSelection.SourceOf(exchange)!.Value;
        ChatRequest request;
        if (exchange.RequestIsJson)
        {
            request = ChatCodecs.Of(source).ReadRequest(exchange.RequestBody);
        }
        else
        {
            request = new ChatRequest { Source = source };
            request.Messages.Add(new ChatMessage { Role = ChatRole.User, Parts = { new TextPart("not recorded") } });
        }
        request.Model = model;
        request.Stream = exchange.Stream;
        // Without a recorded request the expected bytes are those of a caller that does not ask for usage.
        request.IncludeUsage = exchange is { Stream: true, RequestIsJson: true } ? true : null;
        var body = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(client).WriteRequest(request, new Protocols.Chat.Translation { Model = model }, body);
        return body.WrittenSpan.ToArray();
    }
}
