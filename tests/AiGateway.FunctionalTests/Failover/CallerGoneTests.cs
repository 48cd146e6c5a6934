using System.Diagnostics;

namespace AiGateway.FunctionalTests.Failover;

/// <summary>A caller who hangs up ends the upstream call at once, and is metered for what was produced.</summary>
/// <remarks>If cancellation never reached the upstream, the simulator would go on for half a minute and these tests would time out.</remarks>
public sealed class CallerGoneTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    // The promise is a second; a busy machine is given more, and still far less than the answer takes.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task HangsUpInTheMiddle_CancelsUpstreamAndMetersWhatCame()
    {
        await simulators.A.Control.ResetAsync();
        await simulators.A.Control.SetFaultAsync("pace=100,tokens=400");
        using var request = ChatAnswer.Request("chat", stream: true);
        string id;
        using (var answer = await simulators.Gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            id = answer.Headers.GetValues("x-request-id").Single();
            await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            var buffer = new byte[4096];
            for (var read = 0; read < 4; read++)
                Assert.True(await body.ReadAsync(buffer, TestContext.Current.CancellationToken) > 0);
        }

        var watch = Stopwatch.StartNew();
        var stats = await simulators.A.Control.WaitForStatsAsync(seen => seen.GetProperty("aborted").GetInt32() == 1, Soon);
        TestContext.Current.TestOutputHelper?.WriteLine($"The upstream call was cancelled after {watch.ElapsedMilliseconds} ms.");
        var record = await simulators.Gateway.ReadRecordsAsync(id);

        Assert.Equal(0, stats.GetProperty("in_flight").GetInt32());
        Assert.Equal("caller_gone", record.GetProperty("outcome").GetString());
        Assert.Equal("caller_gone", TwoSimulators.AttemptsOf(record));
        var usage = record.GetProperty("usage");
        Assert.True(usage.GetProperty("estimated").GetBoolean());
        Assert.InRange(usage.GetProperty("output_tokens").GetInt32(), 1, 200);
        Assert.True(usage.GetProperty("input_tokens").GetInt32() > 0);
        Assert.NotEqual("0", record.GetProperty("cost_usd").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HangsUpBeforeTheFirstByte_CancelsUpstreamAndTriesNobodyElse(bool stream)
    {
        await simulators.A.Control.ResetAsync();
        await simulators.B.Control.ResetAsync();
        await simulators.A.Control.SetFaultAsync("latency=30000");
        await using var gateway = await simulators.AnotherGatewayAsync();
        using var request = ChatAnswer.Request("chat", stream);
        using var hangUp = new CancellationTokenSource();
        var asking = gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, hangUp.Token);
        await simulators.A.Control.WaitForStatsAsync(seen => seen.GetProperty("in_flight").GetInt32() == 1);

        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await simulators.A.Control.WaitForStatsAsync(seen => seen.GetProperty("aborted").GetInt32() == 1, Soon);
        var record = await gateway.WaitForRecordAsync(_ => true);
        Assert.Equal("caller_gone", record.GetProperty("outcome").GetString());
        Assert.Equal("caller_gone", TwoSimulators.AttemptsOf(record));
        Assert.Equal(0, await simulators.B.Control.RequestsAsync());
    }
}
