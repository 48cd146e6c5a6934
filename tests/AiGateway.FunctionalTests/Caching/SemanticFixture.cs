using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;
using static AiGateway.FunctionalTests.Caching.CachingFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>A simulator before which aliases compare questions: <c>meaning</c> serves, <c>trial</c> does not. A request for JSON has the same answer whatever is asked, any other has one of its own.</summary>
public sealed class SemanticFixture : IAsyncLifetime
{
    /// <summary>Makes the answer the same for all questions.</summary>
    public const string SameAnswer = ""","response_format":{"type":"json_object"}""";

    private const string Aliases = """
        aliases:
          meaning: { groups: [{ deployments: [chat-a] }], cache: { requests: all, semantic: { mode: on, embedder: static, max_wrong_hits: 0.25 } } }
          trial: { groups: [{ deployments: [chat-a] }], cache: { requests: all, semantic: { mode: shadow, embedder: static, max_wrong_hits: 0.25 } } }
        """;

    /// <summary>Places to ask about.</summary>
    public static readonly string[] Places = (
        "France Peru Norway Chile Japan Kenya Spain Italy Greece Turkey Egypt Ghana Nigeria Brazil Canada Mexico Cuba Poland Sweden Finland Denmark Iceland Ireland Portugal Austria "
        + "Hungary Romania Bulgaria Serbia Croatia Slovenia Estonia Latvia Lithuania Ukraine Georgia Armenia Iran Iraq Israel Jordan Lebanon Syria Yemen Oman Qatar Kuwait India Nepal Bhutan "
        + "China Mongolia Vietnam Thailand Laos Cambodia Malaysia Indonesia Australia Fiji Samoa Tonga Bolivia Ecuador Colombia Venezuela Guyana Suriname Paraguay Uruguay Argentina Panama "
        + "Honduras Guatemala Belize Jamaica Haiti Morocco Algeria Tunisia Libya Sudan Ethiopia Somalia Uganda Rwanda Burundi Tanzania Zambia Zimbabwe Botswana Namibia Angola Gabon Cameroon").Split(' ');

    public SimulatorServer Simulator { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Simulator = await SimulatorServer.StartAsync();

    public ValueTask DisposeAsync() => Simulator.DisposeAsync();

    /// <summary>A gateway that has learnt nothing.</summary>
    /// <param name="extras">More of its routing file.</param>
    /// <param name="dataFolder">What is to outlive it; null for a folder of its own.</param>
    internal Task<GatewayServer> GatewayAsync(string extras = "", string? dataFolder = null) => GatewayServer.ForSimulatorAsync(
        Simulator, string.Join('\n', TwoSimulators.CalmBreaker, Aliases, Callers, extras), dataFolder is null ? null : new GatewayServerOptions { DataFolder = dataFolder });

    /// <summary>Asks something, and for what the cache did.</summary>
    internal static Task<ChatAnswer> AskInDetailAsync(GatewayServer gateway, string body, string key = Alice) =>
        CachingFixture.AskAsync(gateway, body, key: key, headers: [("x-gateway-cache-detail", "true")]);

    /// <summary>Asks two ways for the capital of one place after the other until the second is served by meaning.</summary>
    /// <returns>The answer, its request, and how many places it took; null when it never was.</returns>
    internal static async Task<(ChatAnswer Answer, string Request, int Places)?> TeachAsync(GatewayServer gateway, string model, string more)
    {
        for (var i = 0; i < Places.Length; i++)
        {
            await AskInDetailAsync(gateway, Chat(model, $"What is the capital city of {Places[i]}?", more));
            await SettleAsync(gateway, model, entries: true);
            var request = Chat(model, $"What's the capital city of {Places[i]}?", more);
            var answer = await AskInDetailAsync(gateway, request);
            if (answer.Header("x-gateway-cache") == "semantic-hit")
                return (answer, request, i);
            await SettleAsync(gateway, model, entries: false);
        }
        return null;
    }

    /// <summary>What the gateway says of one alias.</summary>
    internal static async Task<JsonElement> StatsAsync(GatewayServer gateway, string alias)
    {
        var stats = await gateway.Admin.GetFromJsonAsync<JsonElement>("admin/cache");
        return stats.GetProperty("semantic").EnumerateArray().Single(one => one.GetProperty("alias").GetString() == alias);
    }

    /// <summary>Says of a request that it was answered wrongly.</summary>
    internal static async Task<(HttpStatusCode Status, bool Counted)> ReportAsync(GatewayServer gateway, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v1/feedback", UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        using var answer = await gateway.Client.SendAsync(request);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, answer.IsSuccessStatusCode && said.GetProperty("counted").GetBoolean());
    }

    /// <summary>Waits until what was just asked is kept, or compared: both are done where no caller waits.</summary>
    private static async Task SettleAsync(GatewayServer gateway, string model, bool entries)
    {
        for (var i = 0; i < 400; i++)
        {
            var stats = await StatsAsync(gateway, model);
            var looks = stats.GetProperty("looks");
            var due = looks.GetProperty("checked").GetInt64() + looks.GetProperty("would_serve").GetInt64();
            var asked = looks.EnumerateObject().Sum(static one => one.Value.GetInt64()) - looks.GetProperty("served").GetInt64();
            if (stats.GetProperty("judged").GetInt64() >= due && (!entries || stats.GetProperty("entries").GetInt64() >= asked))
                return;
            await Task.Delay(5);
        }
    }
}
