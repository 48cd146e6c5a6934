using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;

namespace AiGateway.FunctionalTests.AdminApi;

/// <summary>A gateway as its operators and callers see it: the Admin API with a key, and requests with callers' keys.</summary>
internal sealed class AdminNode(HttpClient callers, HttpClient admin)
{
    public const string WriteKey = "ops-key";
    public const string ReadKey = "viewer-key";

    // Long enough for a machine with other things to do; a change takes half a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Turns the Admin API on; the first lines continue the admin section.</summary>
    public static readonly string Settings = $$"""
        host:
            keys:
              - { id: ops, role: write, key_hash: "{{GatewayServer.HashOf(WriteKey)}}" }
              - { id: viewer, role: read, key_hash: "{{GatewayServer.HashOf(ReadKey)}}" }
        """;

    public AdminNode(GatewayServer gateway)
        : this(gateway.Client, gateway.Admin)
    {
    }

    public AdminNode(GatewayProcess gateway)
        : this(gateway.Client, gateway.Admin)
    {
    }

    /// <summary>Asks the Admin API.</summary>
    public async Task<AdminReply> AskAsync(string method, string path, string? body = null, string? key = WriteKey, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("admin/" + path, UriKind.Relative));
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await admin.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new AdminReply(
            answer.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text), answer.Headers.ETag?.Tag, answer.Headers.Contains("Idempotent-Replayed"));
    }

    /// <summary>Makes a key.</summary>
    /// <returns>The key itself.</returns>
    public async Task<string> NewKeyAsync(string body)
    {
        var made = await AskAsync("POST", "keys", body);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        return made.Body.GetProperty("key").GetString()!;
    }

    /// <summary>Sends a request as a caller.</summary>
    public async Task<HttpStatusCode> CallAsync(string? key, string model = "chat", int maxTokens = 50) => (await SpendAsync(key, model, maxTokens)).Status;

    /// <summary>Sends a request as a caller; says what it cost.</summary>
    public async Task<(HttpStatusCode Status, decimal Cost)> SpendAsync(string? key, string model = "chat", int maxTokens = 50)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent($$"""{"model":"{{model}}","max_tokens":{{maxTokens}},"messages":[{"role":"user","content":"hello"}]}""", Encoding.UTF8, "application/json"),
        };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await callers.SendAsync(request, TestContext.Current.CancellationToken);
        await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, answer.Headers.TryGetValues("x-gateway-cost", out var cost) ? decimal.Parse(cost.First(), CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>What the caller's own usage says.</summary>
    public async Task<JsonElement> UsageAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/usage") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        using var answer = await callers.SendAsync(request, TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Waits until a caller's requests get a status.</summary>
    public Task UntilCallIsAsync(string? key, HttpStatusCode wanted) => UntilAsync(async () => await CallAsync(key) == wanted, $"the key's requests get {wanted}");

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        for (var watch = Stopwatch.StartNew(); !await isSo();)
        {
            if (watch.Elapsed > Patience)
                throw new TimeoutException($"Not within {Patience}: {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}

/// <summary>An answer of the Admin API.</summary>
internal sealed record AdminReply(HttpStatusCode Status, JsonElement Body, string? Tag, bool IsReplay)
{
    public string Code => Body.GetProperty("error").GetProperty("code").GetString()!;

    public string Message => Body.GetProperty("error").GetProperty("message").GetString()!;

    public string Text(string name) => Body.GetProperty(name).GetString()!;
}
