using System.Text;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Failover;

/// <summary>A stream that breaks after its first content is never passed off as whole, and never sent a second time.</summary>
public sealed class AfterCommitTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    [Theory]
    [InlineData("cut=4", "broken", "upstream_error")]
    [InlineData("end=4", "incomplete", "upstream_error")]
    [InlineData("malformed=4", "nonsense", "upstream_error")]
    [InlineData("error-event=4", "error_event", null)]
    [InlineData("stall=4,60000", "idle_timeout", "timeout")]
    public async Task BrokenStream_IsAnErrorFrameAndAReset(string fault, string outcome, string? code)
    {
        // The pace keeps the events apart, so that a reset does not overtake those before it.
        var (answer, record) = await simulators.AskWithFaultAsync($"{fault},pace=20,tokens=40", stream: true);

        Assert.Equal((200, "chat-a", "1"), (answer.Status, answer.Deployment, answer.Attempts));
        Assert.True(answer.IsBroken, answer.ToString());
        Assert.True(answer.Events.Count >= 3, answer.ToString());
        Assert.DoesNotContain("[DONE]", answer.Body, StringComparison.Ordinal);
        Assert.NotEqual("", answer.Error.GetProperty("message").GetString());
        if (code is not null)
            Assert.Equal(code, answer.Error.GetProperty("code").GetString());
        Assert.Equal("cut_by_upstream", record.GetProperty("outcome").GetString());
        Assert.Equal(outcome, TwoSimulators.AttemptsOf(record));
        Assert.True(record.GetProperty("usage").GetProperty("estimated").GetBoolean());
        Assert.True(record.GetProperty("usage").GetProperty("output_tokens").GetInt32() > 0);
        Assert.Equal(0, await simulators.B.Control.RequestsAsync());
    }

    [Fact]
    public async Task BrokenStream_ResetsTheConnectionItself()
    {
        await simulators.A.Control.SetFaultAsync("end=4,pace=5,tokens=40");
        const string Body = """{"model":"chat","stream":true,"messages":[{"role":"user","content":"x"}]}""";

        var answer = await RawHttp.SendAsync(
            simulators.Gateway.Address,
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(Body)}\r\n\r\n{Body}",
            quiet: TimeSpan.FromSeconds(5));

        Assert.True(answer.End is RawEnd.Reset or RawEnd.Closed, $"{answer.End}: {answer.Text}");
        Assert.Contains("\"upstream_error\"", answer.Text, StringComparison.Ordinal);
        // The last chunk of a chunked body would make it whole.
        Assert.DoesNotContain("\r\n0\r\n\r\n", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-done,tokens=12")]
    [InlineData("tokens=12,comments,crlf,split=7")]
    [InlineData("tokens=12,no-usage")]
    public async Task OddButWholeStream_IsNotBroken(string fault)
    {
        var (answer, record) = await simulators.AskWithFaultAsync(fault, stream: true);

        Assert.Equal(200, answer.Status);
        Assert.False(answer.IsBroken, answer.ToString());
        Assert.Contains("\"finish_reason\":\"", answer.Body, StringComparison.Ordinal);
        Assert.Equal("completed", record.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task LargeAnswerThatIsCut_IsReset()
    {
        // Beyond 256 KB an answer passes as it comes, so its death cannot be hidden.
        var (answer, record) = await simulators.AskWithFaultAsync("huge=2000000,wrong-length", stream: false);

        if (answer.Deployment == "chat-a")
        {
            Assert.True(answer.IsBroken, answer.ToString()[..200]);
            Assert.Equal("cut_by_upstream", record.GetProperty("outcome").GetString());
        }
        else
        {
            Assert.True(answer.IsWhole, answer.ToString()[..200]);
        }
    }
}
