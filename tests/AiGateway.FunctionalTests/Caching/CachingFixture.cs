using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;
using OpenAI;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>A simulator, and a gateway whose aliases cache: <c>cached</c> everything, <c>cold</c> what is deterministic; <c>chat</c> does not.</summary>
public sealed class CachingFixture : IAsyncLifetime
{
    /// <summary>Red team, project p.</summary>
    public const string Alice = "alice-key";

    /// <summary>Red team, project p, like Alice.</summary>
    public const string Ann = "ann-key";

    /// <summary>Blue team, project q.</summary>
    public const string Bob = "bob-key";

    /// <summary>The callers' section.</summary>
    public static readonly string Callers = $$"""
        callers:
          - { id: alice, team: red, project: p, key_hash: "{{GatewayServer.HashOf(Alice)}}" }
          - { id: ann, team: red, project: p, key_hash: "{{GatewayServer.HashOf(Ann)}}" }
          - { id: bob, team: blue, project: q, key_hash: "{{GatewayServer.HashOf(Bob)}}" }
        """;

    private const string Aliases = """
        aliases:
          cached: { groups: [{ deployments: [chat-a] }], cache: { requests: all } }
          cold: { groups: [{ deployments: [chat-a] }], cache: exact }
          wide: { groups: [{ deployments: [chat-a] }], cache: { requests: all, scope: alias } }
          small/*: { groups: [{ deployments: [any-a] }], cache: { requests: all, max_entry: 4KiB } }
          neutral: { groups: [{ deployments: [chat-a] }], cache: { requests: all, neutral: true } }
          fault/*: { groups: [{ deployments: [any-a] }], cache: { requests: all } }
        prices:
          sim-a/m: { input: "1", output: "10" }
        """;

    public SimulatorServer Simulator { get; private set; } = null!;

    public GatewayServer Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Simulator = await SimulatorServer.StartAsync();
        Gateway = await AnotherGatewayAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Simulator.DisposeAsync();
    }

    /// <summary>Another gateway before the same simulator.</summary>
    /// <param name="extras">More of its routing file.</param>
    public Task<GatewayServer> AnotherGatewayAsync(string extras = "") =>
        GatewayServer.ForSimulatorAsync(Simulator, string.Join('\n', TwoSimulators.CalmBreaker, Aliases, Callers, "retries:", "  base_delay: 5ms", extras));

    /// <summary>Alice's official client.</summary>
    public OpenAIClient OpenAI => new(new ApiKeyCredential(Alice), new OpenAIClientOptions { Endpoint = new Uri(Gateway.Address, "v1"), RetryPolicy = new ClientRetryPolicy(0) });

    /// <summary>Asks the gateway of the fixture something, as Alice unless a header says otherwise.</summary>
    internal Task<ChatAnswer> AskAsync(string body, string path = "v1/chat/completions", string key = Alice, params (string Name, string Value)[] headers) =>
        AskAsync(Gateway, body, path, key, headers);

    /// <summary>Asks a gateway something and reads whatever comes.</summary>
    internal static async Task<ChatAnswer> AskAsync(GatewayServer gateway, string body, string path = "v1/chat/completions", string key = Alice, (string Name, string Value)[]? headers = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        foreach (var (name, value) in headers ?? [])
            request.Headers.TryAddWithoutValidation(name, value);
        HttpResponseMessage answer;
        try
        {
            answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return new ChatAnswer(0, null, "", IsBroken: true);
        }
        using (answer)
        {
            var (received, isBroken) = (new MemoryStream(), false);
            try
            {
                await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
                await content.CopyToAsync(received, cancellationToken);
            }
            catch (Exception broken) when (broken is IOException or HttpRequestException)
            {
                isBroken = true;
            }
            return new ChatAnswer((int)answer.StatusCode, answer.Headers, Encoding.UTF8.GetString(received.ToArray()), isBroken);
        }
    }

    /// <summary>A chat completion's request.</summary>
    public static string Chat(string model, string text, string more = "") => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}]{{more}}}""";
}
