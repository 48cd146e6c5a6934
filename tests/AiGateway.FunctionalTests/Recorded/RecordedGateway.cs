using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>A gateway whose upstream replays the recordings: one alias and one deployment for each exchange, so that none rests for another's error.</summary>
public sealed class RecordedGateway : IAsyncLifetime
{
    private const string MakerPrefix = "maker.";

    private static readonly GatewayServerOptions Keys = new() { Environment = new Dictionary<string, string> { ["TEST_KEY"] = "TEST_KEY" } };

    private readonly ConcurrentDictionary<string, (int Count, int Passed)> _tally = new(StringComparer.Ordinal);
    private ReplayProvider? _upstream;
    private GatewayServer? _gateway;

    /// <summary>What the gateway sends to.</summary>
    public ReplayProvider Upstream => _upstream ?? throw new InvalidOperationException("There are no recordings.");

    /// <summary>The recorded exchanges by id.</summary>
    public IReadOnlyDictionary<string, RecordedExchange> Exchanges { get; private set; } = new Dictionary<string, RecordedExchange>();

    /// <summary>Talks to the gateway.</summary>
    public HttpClient Client => _gateway!.Client;

    /// <summary>The alias of an exchange.</summary>
    public static string AliasOf(string id) => "replayed-" + id;

    public async ValueTask InitializeAsync()
    {
        if (RecordedSelection.Ids().First() == RecordedSelection.Absent)
            return;
        var all = RecordedSelection.All();
        Exchanges = all.ToDictionary(exchange => exchange.Id, StringComparer.Ordinal);
        var withoutUsage = all.Where(exchange => exchange.Endpoint == "chat.completions").Select(UsageStripper.Strip);
        _upstream = await ReplayProvider.StartAsync([.. all, .. withoutUsage, .. all.Where(NeedsStoredResponse).Select(Maker)]);
        _gateway = await GatewayServer.StartAsync(Routing(all, _upstream.Address), Keys);
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        if (_upstream is not null)
            await _upstream.DisposeAsync();
        foreach (var (provider, (count, passed)) in _tally.OrderBy(row => row.Key, StringComparer.Ordinal))
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"recorded {provider,-18} {count,4} passed {passed,4}"));
        if (!_tally.IsEmpty)
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"recorded {"all",-18} {_tally.Values.Sum(row => row.Count),4} passed {_tally.Values.Sum(row => row.Passed),4}"));
    }

    /// <summary>Counts an exchange for the table at the end.</summary>
    public void Tally(string provider, bool hasPassed) =>
        _tally.AddOrUpdate(provider, _ => (1, hasPassed ? 1 : 0), (_, row) => (row.Count + 1, row.Passed + (hasPassed ? 1 : 0)));

    /// <summary>Sends what the exchange's caller sent, and reads the answer to its end or its break.</summary>
    public async Task<ReceivedAnswer> SendAsync(RecordedExchange exchange, ReplayOptions? options = null, string? answeredBy = null)
    {
        var alias = AliasOf(exchange.Id);
        var stored = NeedsStoredResponse(exchange) ? await StoreAsync(exchange, alias) : null;
        Upstream.Clear();
        Upstream.Next(answeredBy ?? exchange.Id, options);
        var path = exchange.Provider == "azure-openai" && !RecordedSelection.IsResponses(exchange)
            ? $"/openai/deployments/{alias}/{RecordedSelection.PathOf(exchange)}?api-version=2024-02-01"
            : $"/v1/{RecordedSelection.PathOf(exchange)}";
        using var request = new HttpRequestMessage(HttpMethod.Parse(exchange.Method), exchange.Method == "GET" ? $"{path}/{stored}" : path);
        if (RecordedRequest.Body(exchange, alias, stored) is { } body)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", exchange.RequestHeaders.GetValueOrDefault("content-type", "application/json"));
        }
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await ReceivedAnswer.ReadAsync(response);
    }

    /// <summary>The record of a request; it is there a moment after the last byte.</summary>
    public async Task<JsonElement> RecordAsync(string requestId)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var response = await Client.GetAsync(new Uri("/v1/requests/" + requestId, UriKind.Relative));
            if (response.IsSuccessStatusCode)
                return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;
            Assert.True(attempt < 2_000, $"No record of {requestId}.");
            await Task.Delay(10);
        }
    }

    /// <summary>True for requests that name a stored response: the caller knows it by the gateway's id.</summary>
    private static bool NeedsStoredResponse(RecordedExchange exchange) => PreviousId(exchange) is not null;

    private static string? PreviousId(RecordedExchange exchange)
    {
        if (exchange.Endpoint == "responses.retrieve")
            return exchange.Path[(exchange.Path.LastIndexOf('/') + 1)..];
        return exchange.RequestIsJson && JsonDocument.Parse(exchange.RequestBody).RootElement.TryGetProperty("previous_response_id", out var id) ? id.GetString() : null;
    }

    /// <summary>An answer of our own that gives the id which the recorded request goes back to.</summary>
    private static RecordedExchange Maker(RecordedExchange exchange) => exchange with
    {
        Id = MakerPrefix + exchange.Id,
        Status = 200,
        Stream = false,
        ResponseHeaders = new Dictionary<string, string> { ["content-type"] = "application/json" },
        ResponseBody = Encoding.UTF8.GetBytes($$"""{"id":"{{PreviousId(exchange)}}","object":"response","status":"completed","model":"m","output":[]}"""),
    };

    private async Task<string> StoreAsync(RecordedExchange exchange, string alias)
    {
        Upstream.Clear();
        Upstream.Next(MakerPrefix + exchange.Id);
        using var content = new StringContent($$"""{"model":"{{alias}}","input":"before"}""", Encoding.UTF8, "application/json");
        using var response = await Client.PostAsync(new Uri("/v1/responses", UriKind.Relative), content);
        return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement.GetProperty("id").GetString()!;
    }

    private static string Routing(IReadOnlyList<RecordedExchange> all, Uri upstream)
    {
        var yaml = new StringBuilder("providers:\n");
        foreach (var (provider, kind) in RecordedSelection.ProviderKinds)
            yaml.Append(CultureInfo.InvariantCulture, $"  {provider}: {{ kind: {kind}, base_url: \"{upstream}{provider}\", keys: env:TEST_KEY{(kind == "openai-compatible" ? ", dialects: [openai, responses]" : "")} }}\n");
        yaml.Append("deployments:\n");
        foreach (var exchange in all)
            yaml.Append(CultureInfo.InvariantCulture, $"  {exchange.Id}: {{ provider: {exchange.Provider}, model: {JsonSerializer.Serialize(RecordedRequest.UpstreamModel(exchange))} }}\n");
        yaml.Append("aliases:\n");
        foreach (var exchange in all)
            yaml.Append(CultureInfo.InvariantCulture, $"  {AliasOf(exchange.Id)}: {{ groups: [{{ deployments: [{exchange.Id}] }}], retries: {{ max_attempts: 1, max_per_deployment: 1 }} }}\n");
        return yaml.ToString();
    }
}
