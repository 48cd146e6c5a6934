using System.Text;
using AiGateway.Accounting;
using AiGateway.Configuration;
using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting;

namespace AiGateway.Tests.Forwarding;

/// <summary>A stream on its way: what is held back, what an early death shows, and that no split of the bytes changes anything.</summary>
public sealed class EventStreamTests
{
    private const string Role = """data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""" + "\n\n";
    private const string Hello = """data: {"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}""" + "\n\n";
    private const string World = """data: {"choices":[{"index":0,"delta":{"content":" world"},"finish_reason":null}]}""" + "\n\n";
    private const string Finish = """data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n";
    private const string Usage = """data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}""" + "\n\n";
    private const string Done = "data: [DONE]\n\n";
    private const string Whole = Role + Hello + World + Finish + Usage + Done;

    private static readonly HoldBackModel Usual = new(1, TimeSpan.FromSeconds(1));

    private readonly TestClock _clock = new();

    [Fact]
    public async Task WholeStream_PassesUnchangedAndIsMetered()
    {
        var run = Open(new ScriptedStream(Bytes(Whole)));

        Assert.Equal(AttemptOutcome.Succeeded, await run.Stream.PeekAsync(Usual));
        Assert.Equal(Whole, await ReadToEndAsync(run.Stream));
        await run.Stream.DisposeAsync();

        Assert.Equal(RequestOutcome.Completed, run.Exchange.Outcome);
        Assert.Equal((5, 2, false), (run.Exchange.Usage!.InputTokens, run.Exchange.Usage.OutputTokens, run.Exchange.Usage.Estimated));
        Assert.Equal("stop", run.Exchange.FinishReason);
    }

    [Fact]
    public async Task EverySplit_GivesTheSame()
    {
        var bytes = Bytes(Whole);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var run = Open(new ScriptedStream(bytes[..cut], bytes[cut..]));
            Assert.Equal(AttemptOutcome.Succeeded, await run.Stream.PeekAsync(Usual));
            Assert.True(Whole == await ReadToEndAsync(run.Stream), $"Cut at {cut}.");
            await run.Stream.DisposeAsync();
            Assert.True(run.Exchange.Outcome == RequestOutcome.Completed, $"Cut at {cut}: {run.Exchange.Outcome}.");
        }
    }

    [Fact]
    public async Task EveryEnd_IsCompleteExactlyFromTheFinishOn()
    {
        var bytes = Bytes(Role + Hello + World + Finish + Done);
        var wholeFrom = Bytes(Role + Hello + World + Finish).Length;
        for (var end = 0; end <= bytes.Length; end++)
        {
            var run = Open(new ScriptedStream(bytes[..end]));
            var outcome = await run.Stream.PeekAsync(Usual);
            if (outcome != AttemptOutcome.Succeeded)
            {
                // Unseen: nothing was committed, nothing is settled.
                Assert.True(end <= Bytes(Role + Hello).Length, $"End at {end}: {outcome}.");
                await run.Stream.DisposeAsync();
                Assert.Equal((RequestOutcome.Pending, null), (run.Exchange.Outcome, run.Exchange.Usage));
                continue;
            }
            var isBroken = await IsBrokenAsync(ReadToEndAsync(run.Stream));
            Assert.True(run.Exchange.Outcome == (isBroken ? RequestOutcome.CutByUpstream : RequestOutcome.Completed), $"End at {end}: {run.Exchange.Outcome}.");
            // The last blank line may be missing, and the one before it; within the terminal event it depends on what the piece looks like.
            if (end < wholeFrom - 2)
                Assert.True(isBroken, $"End at {end} is taken for whole.");
            else if (end <= wholeFrom || end >= bytes.Length - 2)
                Assert.False(isBroken, $"End at {end} is taken for broken.");
            await run.Stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task BreakAfterCommit_IsAnErrorFrameThenAnException()
    {
        var run = Open(new ScriptedStream(Bytes(Role + Hello), new IOException("reset")));
        Assert.Equal(AttemptOutcome.Succeeded, await run.Stream.PeekAsync(Usual));

        var text = new StringBuilder();
        var reading = ReadAsync(run.Stream, text);
        await AssertBrokenAsync(reading);

        Assert.StartsWith(Role + Hello + "data: {\"error\":", text.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\n\n", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(RequestOutcome.CutByUpstream, run.Exchange.Outcome);
        Assert.True(run.Exchange.Usage!.Estimated);
    }

    [Fact]
    public async Task HoldBackTimePassesDuringARead_TheReadGoesOnAndNothingIsLost()
    {
        var gate = new TaskCompletionSource();
        var run = Open(new ScriptedStream(Bytes(Role), gate.Task, Bytes(Hello + World + Finish + Done)));
        var peeking = run.Stream.PeekAsync(Usual).AsTask();
        await _clock.WaitForTimersAsync(2);

        _clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal(AttemptOutcome.Succeeded, await peeking);
        var reading = ReadToEndAsync(run.Stream);
        gate.SetResult();

        Assert.Equal(Role + Hello + World + Finish + Done, await reading);
        Assert.Equal(RequestOutcome.Completed, run.Exchange.Outcome);
    }

    [Fact]
    public async Task DisposedWithAReadPending_EndsTheUpstreamAndIsCallerGone()
    {
        var gate = new TaskCompletionSource();
        var upstream = new ScriptedStream(Bytes(Role), gate.Task);
        var run = Open(upstream);
        var peeking = run.Stream.PeekAsync(Usual).AsTask();
        await _clock.WaitForTimersAsync(2);
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        await peeking;

        await run.Stream.DisposeAsync();
        await run.Stream.DisposeAsync();
        gate.SetResult();

        Assert.True(upstream.IsDisposed);
        Assert.Equal(RequestOutcome.CallerGone, run.Exchange.Outcome);
        Assert.True(run.Exchange.Usage!.Estimated);
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public async Task MoreHeldBackThanComes_IsCompleteAllTheSame()
    {
        var run = Open(new ScriptedStream(Bytes(Whole)));

        Assert.Equal(AttemptOutcome.Succeeded, await run.Stream.PeekAsync(new HoldBackModel(100, TimeSpan.FromSeconds(30))));
        Assert.Equal(Whole, await ReadToEndAsync(run.Stream));
        await run.Stream.DisposeAsync();

        Assert.Equal(RequestOutcome.Completed, run.Exchange.Outcome);
    }

    [Theory]
    [InlineData(Role, nameof(AttemptOutcome.Incomplete))]
    [InlineData("", nameof(AttemptOutcome.Incomplete))]
    [InlineData(": comment\n\n", nameof(AttemptOutcome.Incomplete))]
    [InlineData("data: {\"error\":{\"message\":\"x\"}}\n\n", nameof(AttemptOutcome.ErrorEvent))]
    [InlineData("data: {nonsense\n\n", nameof(AttemptOutcome.Nonsense))]
    public async Task EarlyDeath_IsUnseen(string text, string outcome)
    {
        var run = Open(new ScriptedStream(Bytes(text)));

        Assert.Equal(outcome, (await run.Stream.PeekAsync(Usual)).ToString());
        await run.Stream.DisposeAsync();

        Assert.Equal(RequestOutcome.Pending, run.Exchange.Outcome);
    }

    [Fact]
    public async Task Silence_EndsByTheIdleTimeout()
    {
        var run = Open(new ScriptedStream(Bytes(Role + Hello), new TaskCompletionSource().Task));
        Assert.Equal(AttemptOutcome.Succeeded, await run.Stream.PeekAsync(Usual));
        var text = new StringBuilder();
        var reading = ReadAsync(run.Stream, text);
        await _clock.WaitForTimersAsync(1);

        _clock.Advance(Upstream.Timeouts.Idle + TimeSpan.FromMilliseconds(1));
        await AssertBrokenAsync(reading);

        Assert.Contains("\"timeout\"", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(AttemptOutcome.IdleTimeout, run.Attempt.Outcome);
    }

    private async Task AssertBrokenAsync(Task reading) => Assert.True(await IsBrokenAsync(reading), "The stream ended as if it were whole.");

    /// <summary>Whether reading ends with an exception; moves the clock over the moment that the error frame is given to leave.</summary>
    private async Task<bool> IsBrokenAsync(Task reading)
    {
        while (!reading.IsCompleted)
        {
            await Task.Yield();
            _clock.Advance(EventStream.BeforeReset);
        }
        return await Record.ExceptionAsync(() => reading) is IOException;
    }

    private (EventStream Stream, Exchange Exchange, AttemptRecord Attempt) Open(Stream upstream)
    {
        var deployment = Upstream.Deployment("d");
        var request = Upstream.Request("""{"model":"alias","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi"}]}""");
        var exchange = Upstream.Exchange(request, _clock, Upstream.Plan(Upstream.Alias(), deployment));
        var attempt = new AttemptRecord(deployment, "m", null);
        var timer = new AttemptTimer(_clock, deployment.Timeouts.Total, CancellationToken.None);
        timer.Arm(deployment.Timeouts.FirstByte, AttemptOutcome.FirstByteTimeout);
        var settlement = new AnswerSettlement(new CostCalculator(AccountingFixture.Catalogue), new BackgroundResponses());
        return (new EventStream(exchange, attempt, timer, new HttpResponseMessage(), upstream, new PassedEvents(exchange, attempt, hidesUsage: false, ids: null, settlement), settlement, _clock), exchange, attempt);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        var text = new StringBuilder();
        await ReadAsync(stream, text);
        return text.ToString();
    }

    private static async Task ReadAsync(Stream stream, StringBuilder text)
    {
        var buffer = new byte[64];
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
    }
}
