using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Batches;

/// <summary>A gateway before two simulators, of which the second says nothing of what a batch consumed as a whole, and before a provider that is away.</summary>
public sealed class BatchFixture : IAsyncLifetime
{
    /// <summary>Project apples; may use everything.</summary>
    public const string Alice = "sk-gateway-alice";

    /// <summary>Project apples too; may use the alias other only.</summary>
    public const string Anna = "sk-gateway-anna";

    /// <summary>Project pears.</summary>
    public const string Bob = "sk-gateway-bob";

    private readonly string _data = Directory.CreateTempSubdirectory("aigateway-batches-").FullName;

    public SimulatorServer Simulator { get; private set; } = null!;

    public SimulatorServer Quiet { get; private set; } = null!;

    public GatewayServer Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Simulator = await SimulatorServer.StartAsync();
        Quiet = await SimulatorServer.StartAsync(options => options.BatchUsage = false);
        Gateway = await StartGatewayAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Simulator.DisposeAsync();
        await Quiet.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>Another gateway on the same data folder, as after a restart, or beside the first.</summary>
    public Task<GatewayServer> StartGatewayAsync() => GatewayServer.StartAsync(
        $$"""
        providers:
          openai: { base_url: "{{Simulator.Address}}v1", keys: sk-upstream }
          quiet: { kind: openai-compatible, base_url: "{{Quiet.Address}}v1", keys: sk-upstream, prices_from: openai }
          anthropic: { base_url: "{{Simulator.Address}}v1", keys: sk-upstream }
          azure: { base_url: "{{Quiet.Address.ToString().TrimEnd('/')}}", keys: sk-upstream }
          gone: { kind: openai-compatible, base_url: "http://127.0.0.1:{{FreePort.Next().ToString(CultureInfo.InvariantCulture)}}/v1", keys: sk-upstream }
        deployments:
          gpt: { provider: openai, model: gpt-4o-mini }
          gpt-other: { provider: openai, model: gpt-4o }
          gpt-any: { provider: openai, model: "*" }
          gpt-quiet: { provider: quiet, model: gpt-4o-mini }
          gpt-azure: { provider: azure, model: my-deployment, price_as: gpt-4o-mini }
          gpt-gone: { provider: gone, model: gpt-4o-mini }
          claude: { provider: anthropic, model: claude-sonnet-4-5 }
          claude-any: { provider: anthropic, model: "*" }
        aliases:
          fast: { groups: [{ deployments: [gpt] }] }
          other: { groups: [{ deployments: [gpt-other] }] }
          any/*: { groups: [{ deployments: [gpt-any] }] }
          quiet: { groups: [{ deployments: [gpt-quiet] }] }
          azure: { groups: [{ deployments: [gpt-azure] }] }
          falls-over: { groups: [{ deployments: [gpt-gone] }, { deployments: [gpt] }] }
          claude: { groups: [{ deployments: [claude] }] }
          claude-any/*: { groups: [{ deployments: [claude-any] }] }
        files: { aliases: [other, claude] }
        callers:
          - { id: alice, project: apples, team: fruit, key_hash: "{{GatewayServer.HashOf(Alice)}}" }
          - { id: anna, project: apples, team: fruit, aliases: [other], key_hash: "{{GatewayServer.HashOf(Anna)}}" }
          - { id: bob, project: pears, team: fruit, key_hash: "{{GatewayServer.HashOf(Bob)}}" }
        retries: { base_delay: 1ms, max_delay: 10ms }
        breaker: { minimum_attempts: 1000 }
        body_limits: { json: 128KiB, files: 4MiB, memory: 16KiB }
        """,
        new GatewayServerOptions { DataFolder = _data });

    /// <summary>The lines of a file of chat requests.</summary>
    public static string Lines(string model, int count, string more = "") => string.Concat(Enumerable.Range(0, count).Select(i => Line(model, i, more)));

    /// <summary>One of them.</summary>
    public static string Line(string model, int number, string more = "") => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"custom_id":"r{{{number}}}","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"Question {{{number}}}"}],"model":"{{{model}}}"{{{more}}}}}""") + "\n";

    /// <summary>Sends a request.</summary>
    public async Task<(int Status, JsonElement Json, string Text)> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, string key = Alice, GatewayServer? gateway = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await (gateway ?? Gateway).Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.StartsWith('{') && !text.Trim().Contains('\n', StringComparison.Ordinal) ? JsonDocument.Parse(text).RootElement : default, text);
    }

    /// <summary>Gets.</summary>
    public Task<(int Status, JsonElement Json, string Text)> GetAsync(string path, string key = Alice, GatewayServer? gateway = null) => SendAsync(HttpMethod.Get, path, null, key, gateway);

    /// <summary>Uploads a file.</summary>
    public Task<(int Status, JsonElement Json, string Text)> UploadAsync(string file, string purpose = "batch", string key = Alice, (string Name, string Value)[]? fields = null, (string Name, string Value)[]? headers = null)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields ?? [])
            form.Add(new StringContent(value), name);
        form.Add(new StringContent(purpose), "purpose");
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(file)), "file", "requests.jsonl");
        return SendAsync(HttpMethod.Post, "/v1/files", form, key, headers: headers ?? []);
    }

    /// <summary>Begins a batch.</summary>
    public Task<(int Status, JsonElement Json, string Text)> BeginAsync(string fileId, string key = Alice) => SendAsync(
        HttpMethod.Post, "/v1/batches", JsonContent.Create(new { input_file_id = fileId, endpoint = "/v1/chat/completions", completion_window = "24h" }), key);

    /// <summary>Uploads and begins.</summary>
    public async Task<JsonElement> BeginWithAsync(string file, string key = Alice)
    {
        var (status, uploaded, text) = await UploadAsync(file, key: key);
        Assert.True(status == 200, text);
        (status, var batch, text) = await BeginAsync(Id(uploaded), key);
        Assert.True(status == 200, text);
        return batch;
    }

    /// <summary>Looks at a batch until it has ended.</summary>
    public async Task<JsonElement> EndAsync(string batchId, string key = Alice)
    {
        await GetAsync($"/v1/batches/{batchId}", key);
        var (_, batch, text) = await GetAsync($"/v1/batches/{batchId}", key);
        Assert.True(batch.GetProperty("status").GetString() == "completed", text);
        return batch;
    }

    /// <summary>The records of batches that are written by now, of one batch.</summary>
    public static async Task<JsonElement[]> RecordsOfAsync(string batchId, params GatewayServer[] gateways)
    {
        var found = new List<JsonElement>();
        foreach (var gateway in gateways)
            found.AddRange((await gateway.RecordsAsync()).Where(record => IsOf(record, batchId)));
        return [.. found];
    }

    /// <summary>Waits for a batch's record.</summary>
    public Task<JsonElement> RecordAsync(string batchId) => Gateway.WaitForRecordAsync(record => IsOf(record, batchId));

    /// <summary>An object's id.</summary>
    public static string Id(JsonElement json) => json.GetProperty("id").GetString()!;

    private static bool IsOf(JsonElement record, string batchId) => record.TryGetProperty("batch", out var batch) && batch.GetProperty("id").GetString() == batchId;
}
