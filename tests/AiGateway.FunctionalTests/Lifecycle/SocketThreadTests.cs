using System.Text;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Lifecycle;

/// <summary>The proof that inline sockets ask for: what computes long does not do so on a thread that serves sockets.</summary>
/// <remarks>
/// Not by the clock: each work is repeated until the gateway has used a certain processor time, and asserted is which threads
/// used it. The first test shows that the measure sees what it should: small requests do run on the sockets' threads.
/// </remarks>
public sealed class SocketThreadTests : IAsyncLifetime
{
    // The runtime's name of them.
    private const string SocketThreads = ".NET Sockets";

    // Clock ticks of 10 ms: fewer say little about shares.
    private const int EnoughTicks = 50;
    private const int MostRounds = 10_000;

    // Copying bodies out of the sockets' buffers is the sockets' own work. Where nothing leaves, shares are 0.45 to 0.9.
    private const double MostShare = 0.4;

    private const int Aliases = 2_000;

    private ScriptedUpstream _upstream = null!;
    private GatewayProcess _gateway = null!;

    public static TheoryData<string> Works => [.. HeavyWork.All.Keys];

    public async ValueTask InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        var address = _upstream.Address.ToString().TrimEnd('/');
        _gateway = await GatewayProcess.StartAsync(
            $$"""
            providers:
              passed: { kind: openai-compatible, base_url: "{{address}}/v1", keys: sk-upstream }
              messages: { kind: anthropic, base_url: "{{address}}/v1", keys: sk-upstream }
              signed: { kind: bedrock-converse, base_url: "{{address}}", credentials: { type: aws, region: us-east-1 } }
              vectors: { kind: cohere, base_url: "{{address}}/v2", keys: sk-upstream }
              pictures: { kind: bedrock-converse, base_url: "{{address}}", keys: sk-upstream }
            deployments:
              passed: { provider: passed, model: "*" }
              messages: { provider: messages, model: "*" }
              signed: { provider: signed, model: "*" }
              vectors: { provider: vectors, model: "*" }
              pictures: { provider: pictures, model: "*" }
              one: { provider: passed, model: m }
            aliases:
              passed/*: { groups: [{ deployments: [passed] }] }
              messages/*: { groups: [{ deployments: [messages] }] }
              signed/*: { groups: [{ deployments: [signed] }] }
              vectors/*: { groups: [{ deployments: [vectors] }] }
              pictures/*: { groups: [{ deployments: [pictures] }] }
            {{string.Join('\n', Enumerable.Range(0, Aliases).Select(i => $"  some-model-of-many-{i}: {{ groups: [{{ deployments: [one] }}] }}"))}}
            """,
            new Dictionary<string, string?>
            {
                // AWS's published example credentials.
                ["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE",
                ["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task SmallRequests_GoOnWhereTheirBytesCameIn()
    {
        var share = await ShareOfSocketThreadsAsync(HeavyWork.None);

        Assert.True(share > MostShare, $"only {share:p0} of the processor time was the sockets' threads'");
    }

    [Theory]
    [MemberData(nameof(Works))]
    public async Task LongWork_IsDoneInThePool(string work)
    {
        var share = await ShareOfSocketThreadsAsync(HeavyWork.All[work]());

        Assert.True(share < MostShare, $"{share:p0} of the processor time was the sockets' threads'");
    }

    private async Task<double> ShareOfSocketThreadsAsync(HeavyWork work)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Threads' times are read from /proc.");
        _upstream.Answer = work.Answer;
        // The first requests have code compiled, by threads of the pool's kind.
        for (var i = 0; i < 40; i++)
        {
            await SendAsync(work);
        }
        var before = ThreadTimes.Of(_gateway.Process.Id, SocketThreads);
        var used = default(ThreadTimes);
        for (var i = 0; i < MostRounds && used.All < EnoughTicks; i++)
        {
            await SendAsync(work);
            used = ThreadTimes.Of(_gateway.Process.Id, SocketThreads) - before;
        }
        Assert.True(used.All >= EnoughTicks, $"{MostRounds} requests took no more than {used.All} ticks: too little to judge by");
        TestContext.Current.TestOutputHelper?.WriteLine($"{used.Named} of {used.All} ticks");
        return (double)used.Named / used.All;
    }

    private async Task SendAsync(HeavyWork work)
    {
        using var request = work.Request();
        using var answer = await _gateway.Client.SendAsync(request);
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.StatusCode == work.Expected, $"{answer.StatusCode}: {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 500)))}");
        _upstream.Clear();
    }
}
