using System.Globalization;
using System.Text.Json;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.FunctionalTests.Admission;

/// <summary>Requests that wait for a limit instead of being refused, as their callers meet it.</summary>
public sealed class QueueTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    private static readonly string Callers = $$"""
        callers:
          - { id: person, team: red, priority: interactive, key_hash: "{{GatewayServer.HashOf("person-key")}}" }
          - { id: night, team: red, priority: batch, key_hash: "{{GatewayServer.HashOf("night-key")}}" }
        """;

    [Fact]
    public async Task WhoWaits_IsAnsweredWhenThereIsRoom_AndTheWaitIsSaid()
    {
        await using var gateway = await StartAsync("{ on: team, concurrent: 1, queue: { max_wait: 30s } }");
        await simulators.A.Control.SetFaultAsync("pace=100,tokens=200");
        var running = await OpenStreamAsync(gateway);
        var batch = AskAsync(gateway, "night-key");
        await WaitingAsync(gateway, 1);
        var lowered = AskAsync(gateway, "person-key", ("x-gateway-priority", "batch"));
        await WaitingAsync(gateway, 2);
        var person = AskAsync(gateway, "person-key");
        await WaitingAsync(gateway, 3);
        var metrics = await gateway.Admin.GetStringAsync("metrics", TestContext.Current.CancellationToken);

        await simulators.A.Control.SetFaultAsync(null);
        running.Dispose();
        var answers = await Task.WhenAll(person, batch, lowered);

        Assert.Contains("""aigateway_admission_waiting{priority="batch"} 2""", metrics, StringComparison.Ordinal);
        Assert.Contains("""aigateway_admission_waiting{priority="interactive"} 1""", metrics, StringComparison.Ordinal);
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.All(answers, answer => Assert.InRange(int.Parse(answer.Header("x-gateway-queue-ms"), CultureInfo.InvariantCulture), 0, 30_000));
        var records = await Task.WhenAll(answers.Select(answer => gateway.ReadRecordsAsync(answer.RequestId)));
        Assert.All(records, record => Assert.True(record.GetProperty("queue_ms").GetDouble() > 0));
        Assert.All(records, record => Assert.True(record.GetProperty("overhead_ms").GetDouble() < record.GetProperty("duration_ms").GetDouble() - record.GetProperty("queue_ms").GetDouble() + 1));
        // The person came last and was first.
        Assert.True(StartOf(records[0]) < StartOf(records[1]) && StartOf(records[0]) < StartOf(records[2]));
        metrics = await gateway.Admin.GetStringAsync("metrics", TestContext.Current.CancellationToken);
        Assert.Contains("""aigateway_admission_waited_seconds_count{outcome="admitted",priority="batch"} 2""", metrics, StringComparison.Ordinal);
        Assert.Contains("""aigateway_admission_waiting{priority="batch"} 0""", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LongestWaitPasses_ItIsTheOrdinary429()
    {
        await using var gateway = await StartAsync("{ on: team, requests: 1/second, concurrent: 1, queue: { max_wait: 200ms } }");
        await simulators.A.Control.SetFaultAsync("pace=100,tokens=200");
        using var running = await OpenStreamAsync(gateway);

        var refused = await AskAsync(gateway, "person-key");

        Assert.Equal(429, refused.Status);
        Assert.Equal("rate_limit_exceeded", refused.Error.GetProperty("code").GetString());
        Assert.InRange(int.Parse(refused.Header("x-gateway-queue-ms"), CultureInfo.InvariantCulture), 150, 20_000);
        Assert.Equal("rate_limited", (await gateway.ReadRecordsAsync(refused.RequestId)).GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task RoomByTime_LetsThemIn_WithinTheLimit()
    {
        await using var gateway = await StartAsync("{ on: team, requests: 5/second, queue: { max_wait: 20s } }");

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => AskAsync(gateway, "person-key")));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(7, answers.Count(answer => answer.Header("x-gateway-queue-ms").Length > 0));
    }

    [Fact]
    public async Task HangingUp_LeavesTheQueue()
    {
        await using var gateway = await StartAsync("{ on: team, concurrent: 1, queue: {} }");
        await simulators.A.Control.SetFaultAsync("pace=100,tokens=200");
        using var running = await OpenStreamAsync(gateway);
        using var gone = new CancellationTokenSource();
        using var request = Request("person-key");
        var asked = gateway.Client.SendAsync(request, gone.Token);
        await WaitingAsync(gateway, 1);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await WaitingAsync(gateway, 0);
        var record = await gateway.WaitForRecordAsync(record => record.GetProperty("outcome").GetString() == "caller_gone");
        Assert.Empty(record.GetProperty("attempts").EnumerateArray());
    }

    [Fact]
    public async Task Draining_RefusesThoseWhoWait()
    {
        await using var gateway = await StartAsync("{ on: team, concurrent: 1, queue: {} }");
        await simulators.A.Control.SetFaultAsync("pace=100,tokens=200");
        using var running = await OpenStreamAsync(gateway);
        var asked = AskAsync(gateway, "person-key");
        await WaitingAsync(gateway, 1);

        gateway.Services.GetRequiredService<DrainState>().Begin();

        var refused = await asked;
        Assert.Equal(503, refused.Status);
        Assert.Equal("overloaded", refused.Error.GetProperty("code").GetString());
    }

    private async Task<GatewayServer> StartAsync(string limit)
    {
        await simulators.A.Control.ResetAsync();
        await simulators.B.Control.ResetAsync();
        return await simulators.AnotherGatewayAsync($"{Callers}\nlimits:\n  - {limit}\n");
    }

    private static double StartOf(JsonElement record) =>
        (record.GetProperty("time").GetDateTimeOffset() - DateTimeOffset.UnixEpoch).TotalMilliseconds + record.GetProperty("attempts")[0].GetProperty("started_ms").GetDouble();

    private static HttpRequestMessage Request(string key, bool stream = false)
    {
        var request = ChatAnswer.Request("chat", stream);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        return request;
    }

    private static async Task<ChatAnswer> AskAsync(GatewayServer gateway, string key, params (string Name, string Value)[] headers) =>
        await ChatAnswer.AskAsync(gateway.Client, "chat", stream: false, simId: null, [("Authorization", "Bearer " + key), .. headers]);

    private static async Task<HttpResponseMessage> OpenStreamAsync(GatewayServer gateway)
    {
        using var request = Request("person-key", stream: true);
        return await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async Task WaitingAsync(GatewayServer gateway, int count)
    {
        for (var i = 0; ; i++)
        {
            var metrics = await gateway.Admin.GetStringAsync("metrics", TestContext.Current.CancellationToken);
            var waiting = metrics.Split('\n').Where(line => line.StartsWith("aigateway_admission_waiting{", StringComparison.Ordinal)).Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
            if (waiting == count)
            {
                return;
            }
            Assert.True(i < 400, $"{waiting} wait where {count} should");
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }
}
