using System.Net;
using System.Text.Json;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Lifecycle;

/// <summary>SIGTERM: what is in flight ends well where it can, and honestly where it cannot.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task Terminate_LetsStreamsFinish()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await simulator.Control.SetFaultAsync("pace=40,tokens=60");
        await using var gateway = await GatewayProcess.ForSimulatorsAsync([simulator.Address]);
        var asking = Enumerable.Range(0, 4).Select(_ => ChatAnswer.AskAsync(gateway.Client, "chat", stream: true)).ToArray();
        await simulator.Control.WaitForStatsAsync(seen => seen.GetProperty("in_flight").GetInt32() == 4);

        await gateway.Process.SignalAsync("TERM");
        var answers = await Task.WhenAll(asking);

        Assert.All(answers, answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
        var records = await gateway.RecordsAsync();
        Assert.Equal(["completed", "completed", "completed", "completed"], records.Select(record => record.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task DrainTimePasses_LongStreamIsCutAndSaysSo()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await simulator.Control.SetFaultAsync("pace=100,tokens=1000");
        await using var gateway = await GatewayProcess.ForSimulatorsAsync([simulator.Address], """
            host:
              drain_timeout: 1s
            """);
        var asking = ChatAnswer.AskAsync(gateway.Client, "chat", stream: true);
        await simulator.Control.WaitForStatsAsync(seen => seen.GetProperty("in_flight").GetInt32() == 1);

        await gateway.Process.SignalAsync("TERM");
        var answer = await asking;

        Assert.Equal((200, true), (answer.Status, answer.IsBroken));
        Assert.Contains("shutting down", answer.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", answer.Body, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
        var record = Assert.Single(await gateway.RecordsAsync());
        Assert.Equal("cut_by_drain", record.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task DrainTimePasses_RequestWithoutAnswerDoesNotHoldTheProcessUp()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await simulator.Control.SetFaultAsync("latency=60000");
        await using var gateway = await GatewayProcess.ForSimulatorsAsync([simulator.Address], """
            host:
              drain_timeout: 500ms
            """);
        var asking = ChatAnswer.AskAsync(gateway.Client, "chat", stream: false);
        await simulator.Control.WaitForStatsAsync(seen => seen.GetProperty("in_flight").GetInt32() == 1);

        await gateway.Process.SignalAsync("TERM");

        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
        Assert.False((await asking).IsWhole);
        Assert.Single(await gateway.RecordsAsync());
    }

    [Fact]
    public async Task Draining_ReadinessSaysNoWhileHealthSaysYes_AndTheOpenStreamFinishes()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await simulator.Control.SetFaultAsync("pace=60,tokens=100");
        await using var gateway = await GatewayProcess.ForSimulatorsAsync([simulator.Address]);
        var asking = ChatAnswer.AskAsync(gateway.Client, "chat", stream: true);
        await simulator.Control.WaitForStatsAsync(seen => seen.GetProperty("in_flight").GetInt32() == 1);
        using var probe = Probe(gateway.Address);
        using var admin = Probe(gateway.AdminAddress);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(probe, "readyz")).Status);

        await gateway.Process.SignalAsync("TERM");
        while ((await GetAsync(probe, "readyz")).Status == HttpStatusCode.OK)
            await Task.Delay(10, TestContext.Current.CancellationToken);

        foreach (var client in new[] { probe, admin })
        {
            var ready = await GetAsync(client, "readyz");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining"), (ready.Status, ready.Body.GetProperty("status").GetString()));
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "healthz")).Status);
        }
        var refused = await ChatAnswer.AskAsync(probe, "chat", stream: false);
        Assert.Equal((503, "overloaded", "1"), (refused.Status, refused.Error.GetProperty("code").GetString(), refused.Header("Retry-After")));
        var answer = await asking;
        Assert.True(answer.IsWhole, answer.ToString());
        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
        Assert.Equal(["rejected", "completed"], (await gateway.RecordsAsync()).Select(record => record.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task NothingInFlight_EndsAtOnce()
    {
        Assert.SkipWhen(IgnoresInterrupts(), "SIGINT is ignored here, as for what a shell starts in the background, and children inherit that.");
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayProcess.ForSimulatorsAsync([simulator.Address]);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(gateway.Admin, "readyz")).Status);
        await gateway.Process.SignalAsync("INT");

        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(gateway.Client, "healthz"));
    }

    private static bool IgnoresInterrupts() =>
        File.ReadLines("/proc/self/status").FirstOrDefault(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & 2) != 0;

    /// <summary>A client that asks as a kubelet does: each time over a new connection.</summary>
    private static HttpClient Probe(Uri address)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.ConnectionClose = true;
        return client;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }
}
