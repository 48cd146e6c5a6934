using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Simulator;

/// <summary>What the simulator counts, and its processes: tests of the gateway rest on these figures.</summary>
public sealed class StatisticsTests
{
    [Fact]
    public async Task Requests_AreCountedByModelAndStatus_AndMarkedOnesByHowFarTheyWent()
    {
        await using var server = await SimulatorServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Address };
        foreach (var model in (string[])["a", "a!status=500", "a!cut=2", "b"])
        {
            try
            {
                using var answer = await client.PostAsJsonAsync("/v1/chat/completions", Chat(model, stream: true, id: "one"));
            }
            catch (HttpRequestException)
            {
                // The cut stream.
            }
        }

        var stats = await server.Control.WaitForStatsAsync(stats => stats.GetProperty("in_flight").GetInt32() == 0);
        Assert.Equal(4, stats.GetProperty("requests").GetInt32());
        Assert.Equal(1, stats.GetProperty("by_model").GetProperty("a!cut=2").GetInt32());
        Assert.Equal("""{"200":2,"500":1,"reset":1}""", stats.GetProperty("by_status").ToString());
        Assert.Equal("""{"requests":4,"started":3,"completed":2}""", stats.GetProperty("ids").GetProperty("one").ToString());
    }

    [Fact]
    public async Task CallerWhoHangsUp_IsCountedSoon()
    {
        await using var server = await SimulatorServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Address };
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(Chat("m!pace=50,tokens=500", stream: true)) })
        using (var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        var stats = await server.Control.WaitForStatsAsync(stats => stats.GetProperty("aborted").GetInt32() == 1, TimeSpan.FromSeconds(5));
        Assert.Equal(0, stats.GetProperty("in_flight").GetInt32());
    }

    [Fact]
    public async Task LastRequest_IsShownWithHeadersAndBody()
    {
        await using var server = await SimulatorServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Add("X-Own", "1");
        using var answer = await client.PostAsJsonAsync("/v1/chat/completions?x=1", Chat("m", stream: false));

        var last = await server.Control.LastAsync();
        Assert.Equal("?x=1", last.GetProperty("query").GetString());
        Assert.Equal("1", last.GetProperty("headers").GetProperty("x-own").GetString());
        Assert.Equal("m", last.GetProperty("body").GetProperty("model").GetString());
    }

    [Theory]
    [InlineData(null, null, 401)]
    [InlineData("Authorization", "Bearer wrong", 401)]
    [InlineData("Authorization", "Bearer right", 200)]
    [InlineData("api-key", "right", 200)]
    public async Task RequiredKey_IsChecked(string? header, string? value, int status)
    {
        await using var server = await SimulatorServer.StartAsync(options => options.RequiredApiKey = "right");
        using var client = new HttpClient { BaseAddress = server.Address };
        if (header is not null)
            client.DefaultRequestHeaders.Add(header, value);
        using var answer = await client.PostAsJsonAsync("/v1/chat/completions", Chat("m", stream: false));

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Process_DiesAndComesBackOnItsPort()
    {
        await using var first = await SimulatorProcess.StartAsync("a");
        Assert.Equal("a", (await first.Control.StatsAsync()).GetProperty("name").GetString());
        await first.Process.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(first.Control.StatsAsync);

        await using var second = await SimulatorProcess.StartAsync("b", first.Address.Port);
        Assert.Equal("b", (await first.Control.StatsAsync()).GetProperty("name").GetString());

        await second.Process.SignalAsync("TERM");
        Assert.Equal(0, await second.Process.WaitForExitAsync());
    }

    private static JsonObject Chat(string model, bool stream, string? id = null)
    {
        var chat = new JsonObject
        {
            ["model"] = model,
            ["stream"] = stream,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "x" }),
        };
        if (id is not null)
            chat["metadata"] = new JsonObject { ["sim_id"] = id };
        return chat;
    }
}
