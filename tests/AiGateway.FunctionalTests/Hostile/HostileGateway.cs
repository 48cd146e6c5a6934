using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>One gateway before one simulator, with callers of every kind, for all tests of bad input: it has to survive all of them.</summary>
public sealed class HostileGateway : IAsyncLifetime
{
    /// <summary>A key that may use everything.</summary>
    public const string Key = "sk-caller-0d4b2f7e-everything";

    /// <summary>A key of another tenant that may use everything.</summary>
    public const string OtherKey = "sk-caller-77c1aa90-other-tenant";

    /// <summary>A key that may use the alias <c>chat</c> only.</summary>
    public const string NarrowKey = "sk-caller-5ae9e111-narrow";

    /// <summary>A key whose time is over.</summary>
    public const string ExpiredKey = "sk-caller-3b8d9c02-expired";

    /// <summary>A key that is switched off.</summary>
    public const string DisabledKey = "sk-caller-9f1c6d55-disabled";

    /// <summary>The key the gateway uses upstream.</summary>
    public const string ProviderKey = "sk-upstream-a";

    /// <summary>The smallest good chat request.</summary>
    public const string GoodBody = """{"model":"a/gpt","messages":[{"role":"user","content":"hello"}]}""";

    private GatewayServer? _server;
    private SimulatorServer? _simulator;

    /// <summary>The gateway.</summary>
    public GatewayServer Server => _server!;

    /// <summary>The simulator behind it.</summary>
    public SimulatorServer Simulator => _simulator!;

    /// <summary>A request's text: header lines, then the body with its length.</summary>
    public static string Request(string body, string path = "/v1/chat/completions", string method = "POST", string key = Key, string headers = "", string type = "application/json") =>
        $"{method} {path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nContent-Type: {type}\r\n{headers}Content-Length: {Encoding.Latin1.GetByteCount(body)}\r\n\r\n{body}";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _simulator = await SimulatorServer.StartAsync();
        _server = await GatewayServer.ForSimulatorAsync(_simulator, $$"""
            providers:
              azure-like: { kind: azure, base_url: "{{_simulator.Address.GetLeftPart(UriPartial.Authority)}}", keys: sk-upstream-azure }
            deployments:
              any-azure: { provider: azure-like, model: "*" }
            aliases:
              az/*: { groups: [{ deployments: [any-azure] }] }
              prefix*: { groups: [{ deployments: [any-azure] }] }
              secret-project-alpha: { groups: [{ deployments: [chat-a] }] }
            body_limits:
              json: 1mb
              audio: 2mb
              memory: 64kb
            cors:
              origins: ["*"]
            callers:
              - { id: everything, project: one, key_hash: "{{GatewayServer.HashOf(Key)}}" }
              - { id: other, project: two, key_hash: "{{GatewayServer.HashOf(OtherKey)}}" }
              - { id: narrow, key_hash: "{{GatewayServer.HashOf(NarrowKey)}}", aliases: [chat] }
              - { id: expired, key_hash: "{{GatewayServer.HashOf(ExpiredKey)}}", expires: 2020-01-01 }
              - { id: disabled, key_hash: "{{GatewayServer.HashOf(DisabledKey)}}", disabled: true }
            """);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        if (_simulator is not null)
            await _simulator.DisposeAsync();
    }

    /// <summary>Sends text as it is.</summary>
    public Task<RawAnswer> SendAsync(string text, TimeSpan? limit = null) => RawHttp.SendAsync(Server.Address, text, limit, quiet: TimeSpan.FromMilliseconds(150));

    /// <summary>Sends text, and checks all that holds for every rejection of the gateway's own.</summary>
    /// <returns>The error object.</returns>
    public async Task<JsonElement> AssertRejectedAsync(string text, int status, string? code = null, TimeSpan? limit = null) =>
        await AssertRejectedAsync(await SendAsync(text, limit), status, code);

    /// <summary>Checks all that holds for every rejection of the gateway's own: OpenAI's shape, an id, no secrets, one record.</summary>
    public async Task<JsonElement> AssertRejectedAsync(RawAnswer raw, int status, string? code = null)
    {
        var answer = HttpText.Parse(raw);
        Assert.True(answer.Status == status, $"{status} was expected:\n{raw.Text}");
        Assert.Single(raw.Statuses, found => found != 100);
        var error = AssertOpenAIError(answer.Body);
        if (code is not null)
            Assert.Equal(code, error.GetProperty("code").GetString());
        AssertNoSecrets(raw.Text);
        await AssertOneRecordAsync(answer.RequestId, status);
        return error;
    }

    /// <summary>Checks OpenAI's error shape: one object with all four members.</summary>
    public static JsonElement AssertOpenAIError(string body)
    {
        var error = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("error");
        Assert.Equal(["code", "message", "param", "type"], error.EnumerateObject().Select(member => member.Name).Order());
        Assert.False(string.IsNullOrEmpty(error.GetProperty("message").GetString()));
        Assert.False(string.IsNullOrEmpty(error.GetProperty("type").GetString()));
        return error;
    }

    /// <summary>Checks that a text has no key and no stack trace in it.</summary>
    public static void AssertNoSecrets(string text)
    {
        foreach (var secret in (string[])[Key, OtherKey, NarrowKey, ExpiredKey, DisabledKey, ProviderKey, "sk-upstream", "   at ", ".cs:line", "Exception"])
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    /// <summary>Checks that a request left exactly one record.</summary>
    public async Task<JsonElement> AssertOneRecordAsync(string requestId, int status)
    {
        var record = await Server.ReadRecordsAsync(requestId);
        Assert.Equal(status, record.GetProperty("status").GetInt32());
        Assert.Single(await Server.RecordsAsync(), other => other.GetProperty("id").GetString() == requestId);
        return record;
    }

    /// <summary>Checks that the gateway goes on serving.</summary>
    public async Task AssertServesAsync()
    {
        var answer = HttpText.Parse(await SendAsync(Request(GoodBody, headers: "Connection: close\r\n")));
        Assert.Equal(200, answer.Status);
    }
}
