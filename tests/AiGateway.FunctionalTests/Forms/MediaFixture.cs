using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.FunctionalTests.Recorded;
using AiGateway.TestKit;
using OpenAI;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>
/// A gateway before every provider with a form of its own for pictures, speech, transcripts or moderation: as <c>KIND/MODEL</c> one
/// upstream that answers what a test says, as <c>sim/KIND/MODEL</c> the simulator. <c>strict/…</c> refuses what would be dropped.
/// </summary>
public sealed class MediaFixture : IAsyncLifetime
{
    /// <summary>A PNG's first 26 bytes: 1 by 1, grey, without transparency; and something behind them.</summary>
    public static readonly byte[] Png = [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, .. "rest"u8];

    /// <summary>The same with transparency, and broken.</summary>
    public static readonly byte[] TransparentPng = [.. Png[..25], 6, .. Png[26..]];

    /// <summary>A WAV file of a second of silence.</summary>
    public static readonly byte[] Wav = [.. "RIFF"u8, 0x24, 0x3E, 0, 0, .. "WAVEfmt "u8, 16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 16, 0, .. "data"u8, 0, 0x3E, 0, 0, .. new byte[16_000]];

    private static readonly (string Id, string Kind, string Path)[] Providers =
    [
        ("google", "google", "v1beta"), ("vertex", "vertex", "v1"), ("bedrock", "bedrock-converse", ""), ("xai", "xai", "v1"), ("together", "together", "v1"),
        ("elevenlabs", "elevenlabs", "v1"), ("deepgram", "deepgram", "v1"), ("mistral", "mistral", "v1"), ("safety", "azure-content-safety", ""),
    ];

    private SimulatorServer? _simulator;

    /// <summary>What the gateway sends to; below <c>/ID</c> each.</summary>
    public ScriptedUpstream Upstream { get; private set; } = null!;

    /// <summary>The gateway.</summary>
    public GatewayServer Gateway { get; private set; } = null!;

    /// <summary>OpenAI's official client.</summary>
    public OpenAIClient OpenAI { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Upstream = await ScriptedUpstream.StartAsync();
        _simulator = await SimulatorServer.StartAsync();
        const string Breaker = "breaker: { minimum_attempts: 100000, rate_limit_cooldown: 1ms, credential_cooldown: 1ms }";
        var (providers, deployments, aliases) = (new StringBuilder("providers:\n"), new StringBuilder("deployments:\n"), new StringBuilder("aliases:\n"));
        foreach (var (id, kind, path) in Providers)
        {
            var voices = id is "elevenlabs" or "google" ? ", voices: { alloy: Kore }" : "";
            providers.Append($"  {id}: {{ kind: {kind}, base_url: \"{Upstream.Address}{id}\", keys: sk-test{voices} }}\n");
            providers.Append($"  sim-{id}: {{ kind: {kind}, base_url: \"{_simulator.Address}{path}\", keys: sk-test{voices} }}\n");
            deployments.Append($"  any-{id}: {{ provider: {id}, model: \"*\", {Breaker} }}\n  any-sim-{id}: {{ provider: sim-{id}, model: \"*\" }}\n");
            aliases.Append($"  {id}/*: {{ groups: [{{ deployments: [any-{id}] }}], retries: {{ max_attempts: 1 }} }}\n  sim/{id}/*: {{ groups: [{{ deployments: [any-sim-{id}] }}] }}\n");
            aliases.Append($"  strict/{id}/*: {{ groups: [{{ deployments: [any-{id}] }}], drop_unsupported: false }}\n");
        }
        aliases.Append("  fallback: { groups: [{ deployments: [drawing] }, { deployments: [picture] }] }\n");
        deployments.Append($"  drawing: {{ provider: google, model: gemini-3-pro-image, {Breaker} }}\n");
        deployments.Append("  picture: { provider: sim-bedrock, model: amazon.nova-canvas-v1:0 }\n");
        Gateway = await GatewayServer.StartAsync($"{providers}{deployments}{aliases}prices:\n  bedrock/amazon.titan-image-generator-v2:0: {{ per_image: \"0.01\" }}\n");
        OpenAI = new OpenAIClient(new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(Gateway.Address, "v1"), RetryPolicy = new ClientRetryPolicy(0) });
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
            await Gateway.DisposeAsync();
        if (_simulator is not null)
            await _simulator.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Posts JSON, and lets the upstream answer.</summary>
    public Task<ReceivedAnswer> PostAsync(string path, string body, UpstreamAnswer? answer = null) =>
        SendAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), answer);

    /// <summary>Posts a form: values that are bytes are files.</summary>
    public Task<ReceivedAnswer> PostFormAsync(string path, UpstreamAnswer? answer, params (string Name, object Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            if (value is byte[] file)
                form.Add(new ByteArrayContent(file), name, "some.file");
            else
                form.Add(new StringContent((string)value), name);
        }
        return SendAsync(path, form, answer);
    }

    /// <summary>The record of an answer.</summary>
    public Task<JsonElement> RecordAsync(ReceivedAnswer answer) => Gateway.ReadRecordsAsync(answer.RequestId);

    /// <summary>The member that an error names.</summary>
    public static string? ParamOf(ReceivedAnswer answer) => JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("param").GetString();

    private async Task<ReceivedAnswer> SendAsync(string path, HttpContent content, UpstreamAnswer? answer)
    {
        Upstream.Clear();
        Upstream.Answer = answer ?? UpstreamAnswer.Json("{}");
        using (content)
        {
            using var response = await Gateway.Client.PostAsync(new Uri(path, UriKind.Relative), content);
            return await ReceivedAnswer.ReadAsync(response);
        }
    }
}
