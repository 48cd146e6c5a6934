using System.Buffers;
using System.Text;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.Protocols.Framing;

namespace AiGateway.FunctionalTests.Credentials;

/// <summary>A scripted provider, the clouds' endpoints, and gateway processes whose environment names them.</summary>
public sealed class CredentialsFixture : IAsyncLifetime
{
    public const string Converse = """{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},"stopReason":"end_turn","usage":{"inputTokens":7,"outputTokens":2,"totalTokens":9}}""";
    public const string Gemini = """{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":2,"totalTokenCount":9}}""";

    public ScriptedUpstream Upstream { get; private set; } = null!;

    public CloudEndpoints Clouds { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Upstream = await ScriptedUpstream.StartAsync();
        Clouds = await CloudEndpoints.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Upstream.DisposeAsync();
        await Clouds.DisposeAsync();
    }

    /// <summary>Makes everything as at the start.</summary>
    public void Reset()
    {
        Upstream.Clear();
        Clouds.Asked.Clear();
        Clouds.Status = 200;
        Clouds.Lifetime = TimeSpan.FromHours(1);
    }

    /// <summary>An environment without any credentials of its own.</summary>
    public static Dictionary<string, string?> Environment(params (string Name, string? Value)[] more)
    {
        var environment = new Dictionary<string, string?>
        {
            ["AWS_ACCESS_KEY_ID"] = null,
            ["AWS_SECRET_ACCESS_KEY"] = null,
            ["AWS_SESSION_TOKEN"] = null,
            ["AWS_PROFILE"] = null,
            ["AWS_CONFIG_FILE"] = "/nonexistent/config",
            ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent/credentials",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["HTTP_PROXY"] = null,
            ["HTTPS_PROXY"] = null,
            ["http_proxy"] = null,
            ["https_proxy"] = null,
        };
        foreach (var (name, value) in more)
            environment[name] = value;
        return environment;
    }

    /// <summary>A routing file with one provider <c>p</c>, a second one <c>spare</c> with a key, and the aliases <c>chat</c> and <c>safe</c>.</summary>
    public string File(string provider, string model = "us.amazon.nova-micro-v1:0") => $"""
        providers:
          p: {provider.Replace("UPSTREAM", Upstream.Address.ToString().TrimEnd('/'), StringComparison.Ordinal)}
          spare:
            kind: openai
            base_url: {Upstream.Address}spare
            keys: sk-spare
        deployments:
          d: {"{"} provider: p, model: "{model}" {"}"}
          s: {"{"} provider: spare, model: spare {"}"}
        aliases:
          chat:
            groups: [ {"{"} deployments: [d] {"}"} ]
          safe:
            groups: [ {"{"} deployments: [d] {"}"}, {"{"} deployments: [s] {"}"} ]
        """;

    /// <summary>A chat request.</summary>
    public static HttpRequestMessage Chat(string model = "chat", bool stream = false, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative))
        {
            Content = new StringContent($$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Grüße, {{new string('x', 3000)}}"}]}""", Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <summary>A whole stream of Converse.</summary>
    public static UpstreamAnswer ConverseStream()
    {
        var frames = new ArrayBufferWriter<byte>();
        AwsEventStream.WriteEvent(frames, "messageStart"u8, """{"role":"assistant"}"""u8);
        AwsEventStream.WriteEvent(frames, "contentBlockDelta"u8, """{"contentBlockIndex":0,"delta":{"text":"Hello"}}"""u8);
        AwsEventStream.WriteEvent(frames, "contentBlockStop"u8, """{"contentBlockIndex":0}"""u8);
        AwsEventStream.WriteEvent(frames, "messageStop"u8, """{"stopReason":"end_turn"}"""u8);
        AwsEventStream.WriteEvent(frames, "metadata"u8, """{"usage":{"inputTokens":7,"outputTokens":2,"totalTokens":9},"metrics":{"latencyMs":1}}"""u8);
        return new UpstreamAnswer { ContentType = "application/vnd.amazon.eventstream", Body = frames.WrittenSpan.ToArray() };
    }

    /// <summary>Sends and reads the answer whole.</summary>
    public static async Task<(int Status, string Body, string RequestId)> SendAsync(GatewayProcess gateway, HttpRequestMessage request) => await SendAsync(gateway.Client, request);

    /// <summary>Sends and reads the answer whole.</summary>
    public static async Task<(int Status, string Body, string RequestId)> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        using (request)
        using (var response = await client.SendAsync(request))
        {
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.GetValues("x-request-id").Single());
        }
    }
}
