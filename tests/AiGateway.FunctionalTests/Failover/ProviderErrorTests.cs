using System.Diagnostics;
using System.Globalization;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Failover;

/// <summary>What providers refuse: what is the platform team's to mend fails over, what is the caller's goes back, and limits are respected.</summary>
public sealed class ProviderErrorTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    [Theory]
    [InlineData("status=401", "credential_refused")]
    [InlineData("status=402", "credential_refused")]
    [InlineData("status=403", "credential_refused")]
    [InlineData("insufficient_quota", "credential_refused")]
    [InlineData("DeploymentNotFound", "deployment_not_found")]
    [InlineData("model_not_found", "deployment_not_found")]
    [InlineData("429", "rate_limited")]
    public async Task OperatorsFault_FailsOver_AndTheDeploymentRests(string fault, string outcome)
    {
        await using var gateway = await simulators.AnotherGatewayAsync();

        var (first, record) = await simulators.AskWithFaultAsync(fault, stream: true, gateway);
        var (second, recordOfSecond) = await simulators.AskWithFaultAsync(null, stream: true, gateway);

        Assert.True(first.IsWhole && second.IsWhole, $"{first}\n{second}");
        Assert.Equal($"{outcome} succeeded", TwoSimulators.AttemptsOf(record));
        // It rests, so the second request did not ask it, although it would have answered by now.
        Assert.Equal(("chat-b", "succeeded"), (second.Deployment, TwoSimulators.AttemptsOf(recordOfSecond)));
    }

    [Theory]
    [InlineData("status=401")]
    [InlineData("status=402")]
    [InlineData("status=403")]
    [InlineData("DeploymentNotFound")]
    [InlineData("insufficient_quota")]
    public async Task OperatorsFaultEverywhere_IsAServerErrorForTheCaller(string fault)
    {
        await using var gateway = await simulators.AnotherGatewayAsync();

        var (first, _) = await simulators.AskWithFaultAsync(fault, stream: false, gateway, faultOfB: fault);
        var (second, _) = await simulators.AskWithFaultAsync(fault, stream: true, gateway, faultOfB: fault);

        Assert.True(first.Status is 502 or 503, first.ToString());
        Assert.True(second.Status is 502 or 503, second.ToString());
        AssertRetryAfter(first);
        AssertRetryAfter(second);
        foreach (var word in new[] { "api_key", "API key", "quota", "billing", "permission", "sk-upstream" })
            Assert.DoesNotContain(word, first.Body + second.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("status=400", 400)]
    [InlineData("status=404", 404)]
    [InlineData("status=409", 409)]
    [InlineData("status=413", 413)]
    [InlineData("status=422", 422)]
    [InlineData("status=418", 418)]
    public async Task CallersFault_GoesBackWithoutAnotherAttempt(string fault, int status)
    {
        var (answer, record) = await simulators.AskWithFaultAsync(fault, stream: true);

        Assert.Equal(status, answer.Status);
        Assert.Equal("refused", TwoSimulators.AttemptsOf(record));
        Assert.Equal("rejected", record.GetProperty("outcome").GetString());
        Assert.Equal(0, await simulators.B.Control.RequestsAsync());
    }

    [Theory]
    [InlineData("context_length_exceeded", "roomy", "context_window succeeded")]
    [InlineData("content_filter", "strict", "content_policy succeeded")]
    public async Task Fallback_AnswersInstead(string fault, string model, string attempts)
    {
        await using var gateway = await simulators.AnotherGatewayAsync("""
            aliases:
              roomy: { groups: [{ deployments: [chat-a] }], context_window_fallback: [chat-b] }
              strict: { groups: [{ deployments: [chat-a] }], content_policy_fallback: [chat-b] }
            """);

        var (answer, record) = await simulators.AskWithFaultAsync(fault, stream: true, gateway, model);

        Assert.True(answer.IsWhole, answer.ToString());
        Assert.Equal(attempts, TwoSimulators.AttemptsOf(record));
    }

    [Theory]
    [InlineData("context_length_exceeded", "context_length_exceeded")]
    [InlineData("content_filter", "content_filter")]
    public async Task WithoutFallback_TheCallerIsTold(string fault, string code)
    {
        var (answer, record) = await simulators.AskWithFaultAsync(fault, stream: false);

        Assert.Equal((400, code), (answer.Status, answer.Error.GetProperty("code").GetString()));
        Assert.Equal("rejected", record.GetProperty("outcome").GetString());
        Assert.Equal(0, await simulators.B.Control.RequestsAsync());
    }

    [Fact]
    public async Task KeyThatIsRefused_IsSetAside_AndTheOthersRotate()
    {
        await using var picky = await SimulatorServer.StartAsync(options => options.RequiredApiKey = "sk-good");
        await using var gateway = await GatewayServer.StartAsync($$"""
            providers:
              picky: { kind: openai-compatible, base_url: "{{picky.Address}}v1", keys: [sk-bad, sk-good] }
            deployments:
              only: { provider: picky, model: m }
            aliases:
              m: { groups: [{ deployments: [only] }] }
            """);

        var attempts = new List<string>();
        for (var request = 0; request < 6; request++)
        {
            var answer = await ChatAnswer.AskAsync(gateway.Client, "m", stream: request % 2 == 0);
            Assert.True(answer.IsWhole, answer.ToString());
            attempts.Add(TwoSimulators.AttemptsOf(await gateway.ReadRecordsAsync(answer.RequestId)));
        }

        // Once the bad key was tried, no request is troubled by it again.
        Assert.Equal(1, attempts.Count(outcomes => outcomes == "credential_refused succeeded"));
        Assert.Equal(5, attempts.Count(outcomes => outcomes == "succeeded"));
    }

    [Fact]
    public async Task GoodKeys_ShareTheRequests()
    {
        await using var gateway = await GatewayServer.StartAsync($$"""
            providers:
              many: { kind: openai-compatible, base_url: "{{simulators.B.Address}}v1", keys: [k1, k2, k3] }
            deployments:
              only: { provider: many, model: m }
            aliases:
              m: { groups: [{ deployments: [only] }] }
            """);
        await simulators.B.Control.ResetAsync();

        var keys = new Dictionary<string, int>();
        for (var request = 0; request < 9; request++)
        {
            var answer = await ChatAnswer.AskAsync(gateway.Client, "m", stream: false);
            var key = (await gateway.ReadRecordsAsync(answer.RequestId)).GetProperty("attempts")[0].GetProperty("key").GetString()!;
            keys[key] = keys.GetValueOrDefault(key) + 1;
        }

        Assert.Equal(3, keys.Count);
        Assert.All(keys.Values, count => Assert.Equal(3, count));
    }

    [Theory]
    [InlineData("retry-after=7", 1, 7)]
    [InlineData("retry-after=3000", 60, 60)]
    [InlineData("429,retry-after-ms=30500", 25, 31)]
    [InlineData("429,reset-requests=20s", 15, 20)]
    [InlineData("429,retry-after-date=30", 20, 31)]
    public async Task AllAreRateLimited_TheCallerIsToldWhenToComeBack(string fault, int least, int most)
    {
        await using var gateway = await simulators.AnotherGatewayAsync("""
            retries:
              max_delay: 100ms
            """);

        var (first, record) = await simulators.AskWithFaultAsync(fault, stream: true, gateway, faultOfB: fault);
        var (second, _) = await simulators.AskWithFaultAsync(fault, stream: false, gateway, faultOfB: fault);

        Assert.Equal((429, 429), (first.Status, second.Status));
        Assert.InRange(AssertRetryAfter(first), least, most);
        Assert.InRange(AssertRetryAfter(second), least, most);
        Assert.Equal("rate_limited rate_limited", TwoSimulators.AttemptsOf(record));
        // Both rest, so the second request reached neither.
        Assert.Equal((0, 0), (await simulators.A.Control.RequestsAsync(), await simulators.B.Control.RequestsAsync()));
    }

    [Fact]
    public async Task ShortRetryAfter_IsWaitedForAndTheAnswerComes()
    {
        await using var gateway = await simulators.AnotherGatewayAsync();

        var (answer, record) = await simulators.AskWithFaultAsync("429,retry-after-ms=300,first=1", stream: true, gateway, "a/m");

        Assert.True(answer.IsWhole, answer.ToString());
        Assert.Equal("rate_limited succeeded", TwoSimulators.AttemptsOf(record));
        var attempts = record.GetProperty("attempts");
        Assert.True(attempts[1].GetProperty("started_ms").GetDouble() - attempts[0].GetProperty("started_ms").GetDouble() >= 290, record.ToString());
    }

    [Theory]
    [InlineData("status=500", 502)]
    [InlineData("reset", 502)]
    [InlineData("garbage", 502)]
    [InlineData("latency=60000", 504)]
    public async Task AllFail_TheCallerGetsOneErrorWithRetryAfter(string fault, int status)
    {
        var (answer, record) = await simulators.AskWithFaultAsync(fault, stream: true, faultOfB: fault);

        Assert.Equal(status, answer.Status);
        AssertRetryAfter(answer);
        Assert.Equal("rejected", record.GetProperty("outcome").GetString());
        Assert.InRange(record.GetProperty("attempts").GetArrayLength(), 2, 4);
    }

    [Fact]
    public async Task CircuitsAreOpen_ThenOneProbeLetsTrafficBack()
    {
        await using var gateway = await GatewayServer.ForSimulatorsAsync([simulators.A.Address, simulators.B.Address], """
            breaker:
              minimum_attempts: 4
              break: 1s
            retries:
              max_per_deployment: 1
              base_delay: 10ms
            """);
        for (var request = 0; request < 8; request++)
            await simulators.AskWithFaultAsync("status=500", stream: false, gateway);

        // Open: the first is passed over without being asked.
        var (open, record) = await simulators.AskWithFaultAsync("status=500", stream: false, gateway);
        Assert.Equal(("chat-b", "succeeded"), (open.Deployment, TwoSimulators.AttemptsOf(record)));
        var detail = await gateway.Admin.GetStringAsync(new Uri("readyz", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("\"chat-a\":\"circuit open\"", detail, StringComparison.Ordinal);

        // It came back: after the break it is asked again.
        var watch = Stopwatch.StartNew();
        ChatAnswer answer;
        do
        {
            (answer, _) = await simulators.AskWithFaultAsync(null, stream: false, gateway);
            Assert.True(answer.IsWhole, answer.ToString());
        }
        while (answer.Deployment != "chat-a" && watch.Elapsed < TimeSpan.FromSeconds(15));
        Assert.Equal("chat-a", answer.Deployment);
    }

    [Fact]
    public async Task EveryCircuitIsOpen_ADeploymentThatCameBackIsFoundAtOnce()
    {
        await using var gateway = await GatewayServer.ForSimulatorsAsync([simulators.A.Address, simulators.B.Address], """
            breaker:
              minimum_attempts: 4
              break: 60s
            retries:
              max_per_deployment: 1
              base_delay: 10ms
            """);
        for (var request = 0; request < 8; request++)
            await simulators.AskWithFaultAsync("status=500", stream: false, gateway, faultOfB: "status=500");

        var (answer, _) = await simulators.AskWithFaultAsync("status=500", stream: false, gateway, faultOfB: null);

        Assert.True(answer.IsWhole, answer.ToString());
        Assert.Equal("chat-b", answer.Deployment);
    }

    [Fact]
    public async Task CallersTimeout_BoundsAllAttempts()
    {
        await simulators.A.Control.SetFaultAsync("latency=30000");
        await simulators.B.Control.SetFaultAsync("latency=30000");
        await using var gateway = await simulators.AnotherGatewayAsync();

        var watch = Stopwatch.StartNew();
        var answer = await ChatAnswer.AskAsync(gateway.Client, "chat", stream: true, null, ("x-gateway-timeout-ms", "400"));

        Assert.Equal(504, answer.Status);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"It took {watch.Elapsed}.");
        AssertRetryAfter(answer);
    }

    [Fact]
    public async Task KeepAlive_SendsCommentsWhileAttemptsFailOverBeneath()
    {
        await using var gateway = await simulators.AnotherGatewayAsync("""
            timeouts:
              first_byte: 1800ms
            aliases:
              patient: { groups: [{ deployments: [chat-a] }, { deployments: [chat-b] }], keep_alive: 500ms }
            """);

        var (answer, record) = await simulators.AskWithFaultAsync("latency=60000", stream: true, gateway, "patient");

        Assert.True(answer.IsWhole, answer.ToString());
        Assert.StartsWith(": keep-alive\n\n", answer.Body, StringComparison.Ordinal);
        Assert.Equal("first_byte_timeout succeeded", TwoSimulators.AttemptsOf(record));
        Assert.Equal("chat-b", record.GetProperty("deployment").GetString());
    }

    [Fact]
    public async Task KeepAliveAndNobodyAnswers_IsAnErrorFrameAndAReset()
    {
        await using var gateway = await simulators.AnotherGatewayAsync("""
            timeouts:
              first_byte: 1s
            aliases:
              patient: { groups: [{ deployments: [chat-a] }, { deployments: [chat-b] }], keep_alive: 500ms }
            """);

        var (answer, record) = await simulators.AskWithFaultAsync("latency=60000", stream: true, gateway, "patient", faultOfB: "latency=60000");

        Assert.Equal((200, true), (answer.Status, answer.IsBroken));
        Assert.Equal("timeout", answer.Error.GetProperty("code").GetString());
        Assert.Equal("rejected", record.GetProperty("outcome").GetString());
    }

    /// <summary>Asserts that the answer says in whole seconds when to come back, at most 60, and gives them.</summary>
    private static int AssertRetryAfter(ChatAnswer answer)
    {
        Assert.True(int.TryParse(answer.Header("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds), answer.ToString());
        Assert.InRange(seconds, 1, 60);
        return seconds;
    }
}
