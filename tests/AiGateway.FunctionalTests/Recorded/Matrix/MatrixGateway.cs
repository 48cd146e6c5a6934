using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>A gateway in front of a replay of the recordings: one provider for each recorded conversation and client, which names them in headers, so that many can be asked at once.</summary>
public sealed class MatrixGateway : IAsyncLifetime
{
    private const int AtOnce = 4;
    private const string ClientHeader = "x-replay-client";

    private static readonly GatewayServerOptions Keys = new() { Environment = new Dictionary<string, string> { ["TEST_KEY"] = "TEST_KEY" } };

    private ReplayProvider? _upstream;
    private GatewayServer? _gateway;

    /// <summary>What came of each conversation and client; empty where the recordings are not there.</summary>
    internal IReadOnlyList<MatrixResult> Results { get; private set; } = [];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        IReadOnlyList<RecordedExchange> all;
        try
        {
            all = MatrixSelection.All();
        }
        catch (SkipException)
        {
            return;
        }
        _upstream = await ReplayProvider.StartAsync(all);
        _gateway = await GatewayServer.StartAsync(Routing(all, _upstream.Address), Keys);
        var cells = all.SelectMany(_ => MatrixSelection.Clients, (exchange, client) => (Exchange: exchange, Client: client)).ToList();
        var results = new MatrixResult[cells.Count];
        await Parallel.ForAsync(0, cells.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, _) =>
            results[index] = await PlayAsync(cells[index].Exchange, cells[index].Client));
        foreach (var asked in _upstream.Received)
        {
            var result = results.First(result => result.Exchange.Id == asked.AnsweredBy && $"{result.Client}" == asked.Headers[ClientHeader]);
            if (asked.Body.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(MatrixNextTurn.Marker)) >= 0)
                MatrixNextTurn.Compare(result, asked);
            else if (result.Exchange.Status < 400)
                MatrixQuestion.Compare(result, asked);
        }
        Results = results;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        if (_upstream is not null)
            await _upstream.DisposeAsync();
    }

    private async Task<MatrixResult> PlayAsync(RecordedExchange exchange, Dialect client)
    {
        var result = new MatrixResult(exchange, client);
        try
        {
            using var request = MatrixRequest.Make(exchange, client, AliasOf(exchange, client));
            using var response = await _gateway!.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var answer = await ReceivedAnswer.ReadAsync(response);
            if (MatrixNextTurn.IsDue(result) && answer.Status < 300)
            {
                // What the provider answers does not matter here: it was recorded for another question.
                using var next = MatrixRequest.Post(client, AliasOf(exchange, client), stream: false, MatrixNextTurn.Make(result, answer, AliasOf(exchange, client)));
                using var ignored = await _gateway!.Client.SendAsync(next);
            }
            MatrixComparison.Compare(result, answer, exchange.Status < 400 ? await RecordAsync(answer.RequestId) : default);
        }
        catch (Exception exception) when (exception is ChatFormatException or JsonException or InvalidDataException or InvalidOperationException or HttpRequestException or KeyNotFoundException)
        {
            result.Check("well-formed", holds: false, $"{exception.GetType().Name}: {exception.Message}");
        }
        return result;
    }

    /// <summary>The record of a request; it is there a moment after the last byte.</summary>
    private async Task<JsonElement> RecordAsync(string requestId)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var response = await _gateway!.Client.GetAsync(new Uri("/v1/requests/" + requestId, UriKind.Relative));
            if (response.IsSuccessStatusCode)
                return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;
            Assert.True(attempt < 5_000, $"No record of {requestId}.");
            await Task.Delay(2);
        }
    }

    private static string AliasOf(RecordedExchange exchange, Dialect client) => $"{exchange.Id}.to-{client}";

    private static string Routing(IReadOnlyList<RecordedExchange> all, Uri upstream)
    {
        var (providers, deployments, aliases) = (new StringBuilder("providers:\n"), new StringBuilder("deployments:\n"), new StringBuilder("aliases:\n"));
        foreach (var exchange in all)
        {
            foreach (var client in MatrixSelection.Clients)
            {
                // One provider for each: a failure sets its provider's key aside.
                var id = AliasOf(exchange, client);
                providers.Append(CultureInfo.InvariantCulture, $"  {id}: {{ kind: {MatrixSelection.KindOf(exchange)}, base_url: \"{upstream}{exchange.Provider}\", keys: env:TEST_KEY, ")
                    .Append(CultureInfo.InvariantCulture, $"dialects: [{MatrixSelection.DialectsOf(exchange)}], headers: {{ x-replay-id: \"{exchange.Id}\", {ClientHeader}: {client} }} }}\n");
                deployments.Append(CultureInfo.InvariantCulture, $"  {id}: {{ provider: {id}, model: {JsonSerializer.Serialize(exchange.Model ?? "m")} }}\n");
                aliases.Append(CultureInfo.InvariantCulture, $"  {id}: {{ groups: [{{ deployments: [{id}] }}], retries: {{ max_attempts: 1, max_per_deployment: 1 }} }}\n");
            }
        }
        return $"{providers}{deployments}{aliases}";
    }
}
