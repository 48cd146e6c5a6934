using AiGateway.Caching;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.Tests.Caching;

/// <summary>Kept answers that are streamed at a pace: in small pieces of whole characters, each when it is due, never for longer than a minute.</summary>
public sealed class ReplayPaceTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task Pieces_ComeWhenTheyAreDue_AndMakeTheWholeText()
    {
        var (pace, pieces) = Paced(tokensPerSecond: 10, new string('x', 40));
        Assert.Equal(10, pieces.Count);
        using var drain = new DrainState();
        var output = new MemoryStream();
        var writing = pace.WriteAsync(output, new byte[40], _clock, drain, TestContext.Current.CancellationToken);
        for (var i = 1; i < 10; i++)
        {
            await _clock.WaitForTimersAsync(1);
            Assert.Equal(i * 4, output.Length);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }
        await writing;

        Assert.Equal(40, output.Length);
    }

    [Fact]
    public async Task ALongAnswer_IsNoMorePiecesThanThat_AndGoesFaster()
    {
        var (pace, pieces) = Paced(tokensPerSecond: 1, new string('x', 400_000));

        Assert.InRange(pieces.Count, 1, ReplayPace.MostPieces + 1);
        using var drain = new DrainState();
        var writing = pace.WriteAsync(Stream.Null, new byte[400_000], _clock, drain, TestContext.Current.CancellationToken);
        var began = _clock.GetUtcNow();
        while (!writing.IsCompleted)
        {
            if (_clock.ArmedTimers > 0)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
            }
            await Task.Yield();
        }
        Assert.InRange(_clock.GetUtcNow() - began, TimeSpan.FromSeconds(30), ReplayPace.Longest + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void ACharacterOfTwo_IsNotSplit_AndASignatureComesWithTheLastPiece()
    {
        var pace = new ReplayPace(1);
        var step = new ChatEvent(ChatEventKind.PartDelta) { Text = "abc\U0001F600defg\U0001F600", Signature = "s" };
        pace.Measure([step]);

        Assert.Equal([("abc\U0001F600", null), ("defg", null), ("\U0001F600", "s")], pace.Split(step).Select(piece => (piece.Text, piece.Signature)));
    }

    [Fact]
    public void WhatIsNoText_StaysAsItIs()
    {
        var pace = new ReplayPace(1);
        var step = new ChatEvent(ChatEventKind.PartDelta) { Text = "abcdefghijkl", Logprobs = [] };
        pace.Measure([step]);

        Assert.Equal([step], pace.Split(step));
    }

    [Fact]
    public async Task TheCallerHangsUp_ItEnds_AndTheGatewayStops_TheRestGoesOutAtOnce()
    {
        using var hangUp = new CancellationTokenSource();
        var (pace, _) = Paced(tokensPerSecond: 1, new string('x', 400));
        using var drain = new DrainState();
        var left = pace.WriteAsync(Stream.Null, new byte[400], _clock, drain, hangUp.Token);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        drain.Begin();
        await pace.WriteAsync(Stream.Null, new byte[400], _clock, drain, TestContext.Current.CancellationToken);
    }

    private static (ReplayPace Pace, List<string> Pieces) Paced(double tokensPerSecond, string text)
    {
        var pace = new ReplayPace(tokensPerSecond);
        var step = new ChatEvent(ChatEventKind.PartDelta) { Text = text };
        pace.Measure([step]);
        var (pieces, end) = (new List<string>(), 0);
        foreach (var piece in pace.Split(step))
        {
            pieces.Add(piece.Text!);
            pace.Add(piece, end += piece.Text!.Length);
        }
        Assert.Equal(text, string.Concat(pieces));
        return (pace, pieces);
    }
}
