using System.Net;
using System.Text;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Gateway;

/// <summary>The gateway as a process: it starts from a file, answers, and ends cleanly.</summary>
public sealed class GatewayProcessTests
{
    [Fact]
    public async Task Sigterm_EndsTheProcessWithCode0_AndEveryRecordWritten()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayProcess.ForSimulatorsAsync([simulator.Address]);
        using var content = new StringContent("""{"model":"chat","messages":[{"role":"user","content":"hello"}]}""", Encoding.UTF8, "application/json");
        using var answer = await gateway.Client.PostAsync(new Uri("v1/chat/completions", UriKind.Relative), content);
        await gateway.Process.SignalAsync("TERM");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
        Assert.Equal(answer.Headers.GetValues("x-request-id").Single(), Assert.Single(await gateway.RecordsAsync()).GetProperty("id").GetString());
        Assert.DoesNotContain("Exception", gateway.Process.Output, StringComparison.Ordinal);
    }
}
