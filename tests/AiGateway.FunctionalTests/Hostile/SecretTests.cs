using System.Text;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>Keys, the caller's and the provider's, and prompts are in no log, record, metric or answer, whatever goes wrong.</summary>
public sealed class SecretTests
{
    private const string CallerKey = "sk-caller-c0ffee-5ecret-4711";
    private const string UpstreamKey = "sk-upstream-deadbeef-5ecret-4712";
    private const string HeaderSecret = "hdr-5ecret-4713";
    private const string Prompt = "prompt-5ecret-4714";

    /// <summary>An upstream that repeats the request it got, keys and all, in an error.</summary>
    private static string Echo(string request)
    {
        var status = request.Contains("/embeddings", StringComparison.Ordinal) ? "401 Unauthorized" : request.Contains("\"stream\":true", StringComparison.Ordinal) ? "500 Broken" : "400 Bad Request";
        var head = request[..request.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n", " | ", StringComparison.Ordinal).Replace("\"", "'", StringComparison.Ordinal);
        var body = $$$"""{"error":{"message":"You sent: {{{head}}}","type":"{{{UpstreamKey}}}","code":"bad {{{UpstreamKey}}}","param":null}}""";
        return $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-Debug: {UpstreamKey}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
    }

    [Fact]
    public async Task Secrets_AppearNowhere()
    {
        await using var upstream = RawUpstream.Start((request, stream, stop) => stream.WriteAsync(Encoding.Latin1.GetBytes(Echo(request)), stop).AsTask());
        await using var garbage = RawUpstream.Start("garbage\r\n\r\n");
        await using var gateway = await GatewayProcess.StartAsync($$"""
            providers:
              echo: { kind: openai-compatible, base_url: "{{upstream.Address}}v1", keys: "${UPSTREAM_KEY}", headers: { x-tenant: "${HEADER_SECRET}" } }
              garbage: { kind: openai-compatible, base_url: "{{garbage.Address}}v1", keys: "${UPSTREAM_KEY}" }
            deployments:
              echo: { provider: echo, model: m }
              garbage: { provider: garbage, model: m }
            aliases:
              m: { groups: [{ deployments: [echo] }], retries: { max_attempts: 1 } }
              g: { groups: [{ deployments: [garbage] }], retries: { max_attempts: 1 } }
            callers:
              - { id: caller, key_hash: "{{GatewayServer.HashOf(CallerKey)}}" }
            """, new Dictionary<string, string?> { ["UPSTREAM_KEY"] = UpstreamKey, ["HEADER_SECRET"] = HeaderSecret });

        var seen = new StringBuilder();
        string Chat(string model, string more = "") => $$"""{"model":"{{model}}",{{more}}"messages":[{"role":"user","content":"{{Prompt}}"}]}""";
        (string Request, int[] Statuses)[] cases =
        [
            (HostileGateway.Request(Chat("m"), key: CallerKey), [400]),
            (HostileGateway.Request(Chat("m", "\"stream\":true,"), key: CallerKey), [502]),
            (HostileGateway.Request($$"""{"model":"m","input":"{{Prompt}}"}""", "/v1/embeddings", key: CallerKey), [502]),
            (HostileGateway.Request(Chat("g"), key: CallerKey), [502]),
            (HostileGateway.Request(Chat("nobody"), key: CallerKey), [404]),
            (HostileGateway.Request(Chat("m")[..^5], key: CallerKey), [400]),
            (HostileGateway.Request(Chat("m"), key: CallerKey + "x"), [401]),
            (HostileGateway.Request("", "/v1/models", "GET", CallerKey), [200]),
            (HostileGateway.Request("", "/v1/chat/completions", "GET", CallerKey), [405]),
            (HostileGateway.Request(Chat("m"), key: CallerKey, headers: "X-Nul: \0\r\n"), [400]),
            (HostileGateway.Request(Chat("m"), key: CallerKey, type: "text/plain"), [415]),
        ];
        foreach (var (request, statuses) in cases)
        {
            var raw = await RawHttp.SendAsync(gateway.Address, request);
            Assert.Equal(statuses, raw.Statuses);
            seen.Append(raw.Text);
        }

        // A caller who looks at its own request, and an operator who looks at everything there is.
        var last = (await gateway.RecordsAsync()).Count;
        Assert.True(last > 0);
        foreach (var record in await gateway.RecordsAsync())
            seen.Append(record).Append(await RawTextAsync(gateway, $"/v1/requests/{record.GetProperty("id").GetString()}"));
        seen.Append(await gateway.Admin.GetStringAsync(new Uri("metrics", UriKind.Relative)));
        seen.Append(await gateway.Admin.GetStringAsync(new Uri("readyz", UriKind.Relative)));
        await File.WriteAllTextAsync(gateway.RoutingFile, await File.ReadAllTextAsync(gateway.RoutingFile) + "\nnonsense: ${UPSTREAM_KEY}\n");
        await Task.Delay(1500);
        seen.Append(gateway.Process.Output);

        foreach (var secret in (string[])[CallerKey, UpstreamKey, HeaderSecret, Prompt, "5ecret-47"])
            Assert.DoesNotContain(secret, seen.ToString(), StringComparison.Ordinal);
        Assert.Contains("***", seen.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> RawTextAsync(GatewayProcess gateway, string path) =>
        (await RawHttp.SendAsync(gateway.Address, HostileGateway.Request("", path, "GET", CallerKey, headers: "Connection: close\r\n"))).Text;
}
