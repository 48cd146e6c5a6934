using AiGateway.FunctionalTests.Gateway;

namespace AiGateway.FunctionalTests.Failover;

/// <summary>What goes wrong before the first content reaches the caller is unseen: another deployment answers, whole.</summary>
public sealed class BeforeCommitTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    [Theory]
    [InlineData("status=500", "server_error")]
    [InlineData("status=503", "server_error")]
    [InlineData("status=529", "server_error")]
    [InlineData("status=408", "server_error")]
    [InlineData("html", "server_error")]
    [InlineData("reset", "broken")]
    [InlineData("reset-after-headers", "broken")]
    [InlineData("garbage", "nonsense")]
    [InlineData("html=200", "nonsense")]
    [InlineData("empty", "nonsense")]
    [InlineData("redirect", "nonsense")]
    [InlineData("wrong-length,cut=1", "broken")]
    [InlineData("latency=60000", "first_byte_timeout")]
    public async Task FaultOfAnAnswer_FailsOverUnseen(string fault, string outcome)
    {
        var (answer, record) = await simulators.AskWithFaultAsync(fault, stream: false);

        AssertAnsweredBySecond(answer);
        Assert.Equal($"{outcome} succeeded", TwoSimulators.AttemptsOf(record));
        Assert.Equal("completed", record.GetProperty("outcome").GetString());
        Assert.Equal("chat-b", record.GetProperty("deployment").GetString());
    }

    [Theory]
    [InlineData("wrong-length")]
    [InlineData("cut=1")]
    [InlineData("malformed=1")]
    [InlineData("error-event=0")]
    public async Task BodyThatIsNotWhole_FailsOverUnseen(string fault)
    {
        var (answer, record) = await simulators.AskWithFaultAsync(fault, stream: false);

        AssertAnsweredBySecond(answer);
        Assert.EndsWith(" succeeded", TwoSimulators.AttemptsOf(record), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status=500", "server_error")]
    [InlineData("reset", "broken")]
    [InlineData("reset-after-headers", "broken")]
    [InlineData("cut=0", "broken")]
    [InlineData("cut=1", "broken")]
    [InlineData("end=0", "incomplete")]
    [InlineData("end=1", "incomplete")]
    [InlineData("error-event=0", "error_event")]
    [InlineData("error-event=1", "error_event")]
    [InlineData("malformed=1", "nonsense")]
    [InlineData("malformed=2", "nonsense")]
    [InlineData("garbage", "nonsense")]
    [InlineData("empty", "nonsense")]
    [InlineData("html", "server_error")]
    [InlineData("redirect", "nonsense")]
    [InlineData("latency=60000", "first_byte_timeout")]
    [InlineData("slow-first=60000", "first_byte_timeout")]
    public async Task FaultOfAStream_FailsOverUnseen(string fault, string outcome)
    {
        var (answer, record) = await simulators.AskWithFaultAsync(fault, stream: true, model: "chat");

        AssertAnsweredBySecond(answer);
        Assert.Equal($"{outcome} succeeded", TwoSimulators.AttemptsOf(record));
        Assert.Equal("completed", record.GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData("cut=3", "broken")]
    [InlineData("end=3", "incomplete")]
    [InlineData("error-event=3", "error_event")]
    [InlineData("malformed=3", "nonsense")]
    [InlineData("stall=1,60000", "idle_timeout")]
    [InlineData("stall=3,60000", "idle_timeout")]
    public async Task FaultWithinWhatIsHeldBack_FailsOverUnseen(string fault, string outcome)
    {
        // Three events of content are held; the first event is the role, so the third is the second of content.
        var (answer, record) = await simulators.AskWithFaultAsync(fault, stream: true, model: "held");

        AssertAnsweredBySecond(answer);
        Assert.Equal($"{outcome} succeeded", TwoSimulators.AttemptsOf(record));
    }

    [Fact]
    public async Task HoldBackTimePasses_CommitsToASlowStreamAndGivesItWhole()
    {
        await using var gateway = await simulators.AnotherGatewayAsync("""
            aliases:
              brief: { groups: [{ deployments: [chat-a] }, { deployments: [chat-b] }], hold_back: { events: 100, for: 100ms } }
            """);

        var (answer, record) = await simulators.AskWithFaultAsync("stall=1,700", stream: true, gateway, "brief");

        Assert.True(answer.IsWhole, answer.ToString());
        Assert.Equal("chat-a", answer.Deployment);
        Assert.Equal("succeeded", TwoSimulators.AttemptsOf(record));
    }

    [Fact]
    public async Task NobodyListens_FailsOverUnseen()
    {
        await using var gateway = await GatewayServer.ForSimulatorsAsync([new Uri($"http://127.0.0.1:{TestKit.FreePort.Next()}/"), simulators.B.Address]);
        await simulators.B.Control.ResetAsync();

        var answer = await ChatAnswer.AskAsync(gateway.Client, "chat", stream: true);

        AssertAnsweredBySecond(answer);
        Assert.Equal("connect_failed succeeded", TwoSimulators.AttemptsOf(await gateway.ReadRecordsAsync(answer.RequestId)));
    }

    [Fact]
    public async Task FirstFailsAndSecondToo_TheFirstIsAskedAgain()
    {
        var (answer, record) = await simulators.AskWithFaultAsync("status=500,first=1", stream: false, faultOfB: "status=500");

        Assert.True(answer.IsWhole, answer.ToString());
        Assert.Equal("chat-a", answer.Deployment);
        Assert.Equal("server_error server_error succeeded", TwoSimulators.AttemptsOf(record));
    }

    private static void AssertAnsweredBySecond(ChatAnswer answer)
    {
        Assert.True(answer.IsWhole, answer.ToString());
        Assert.Equal("chat-b", answer.Deployment);
        Assert.Equal("2", answer.Attempts);
        Assert.DoesNotContain("\"error\"", answer.Body, StringComparison.Ordinal);
    }
}
