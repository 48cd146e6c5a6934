using AiGateway.Providers.Credentials;
using AiGateway.TestKit;

namespace AiGateway.Tests.Providers;

/// <summary>One token for all: a single fetch for a crowd, the next one ahead of expiry and beside the requests, and no harm that lasts when a fetch fails.</summary>
public sealed class TokenSourceTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TestClock _clock = new();
    private readonly Issuer _issuer;
    private readonly TokenSource<string> _source;

    public TokenSourceTests()
    {
        _issuer = new Issuer(_clock);
        _source = new TokenSource<string>(_issuer.FetchAsync, _clock, _issuer.Told);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CrowdWithoutAToken_WaitsForOneFetch()
    {
        _issuer.Gate = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 64).Select(_ => Task.Run(async () => await _source.GetAsync(Stop), Stop)).ToArray();
        await _issuer.BegunAsync(1);
        _issuer.Gate.SetResult();

        Assert.All(await Task.WhenAll(callers), token => Assert.Equal("token-1", token));
        Assert.Equal(1, _issuer.Count);
        Assert.Equal("token-1", await _source.GetAsync(Stop));
    }

    [Fact]
    public async Task CallerWhoHangsUp_EndsItsWaitAndNotTheFetch()
    {
        _issuer.Gate = new TaskCompletionSource();
        using var hangUp = new CancellationTokenSource();
        var gone = _source.GetAsync(hangUp.Token).AsTask();
        var stays = _source.GetAsync(Stop).AsTask();
        await _issuer.BegunAsync(1);
        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        _issuer.Gate.SetResult();
        Assert.Equal("token-1", await stays);
    }

    [Fact]
    public async Task AheadOfExpiry_TheNextIsFetchedInTheBackground()
    {
        Assert.Null(_source.ExpiresAt);
        Assert.Equal("token-1", await _source.GetAsync(Stop));
        Assert.Equal(_clock.GetUtcNow() + Hour, _source.ExpiresAt);
        _clock.Advance(TimeSpan.FromMinutes(53));
        Assert.Equal(1, _issuer.Count);

        _issuer.Gate = new TaskCompletionSource();
        _clock.Advance(TimeSpan.FromMinutes(2));
        await _issuer.BegunAsync(2);
        var meanwhile = _source.GetAsync(Stop);
        Assert.True(meanwhile.IsCompletedSuccessfully);
        Assert.Equal("token-1", await meanwhile);

        _issuer.Gate.SetResult();
        await UntilAsync(async () => await _source.GetAsync(Stop) == "token-2");
        // And on it goes, without any request.
        _issuer.Gate = null;
        await _clock.WaitForTimersAsync(1);
        _clock.Advance(TimeSpan.FromMinutes(55));
        await _issuer.BegunAsync(3);
        Assert.Empty(_issuer.Failures);
    }

    [Fact]
    public async Task FailureAheadOfExpiry_TheOldServes_AndItIsTriedAgain()
    {
        await _source.GetAsync(Stop);
        _issuer.Failure = new InvalidOperationException("down");
        _clock.Advance(TimeSpan.FromMinutes(54));
        await UntilAsync(() => Task.FromResult(_issuer.Failures.Count == 1));
        await _clock.WaitForTimersAsync(1);
        Assert.Equal("token-1", await _source.GetAsync(Stop));

        _issuer.Failure = null;
        _clock.Advance(TimeSpan.FromSeconds(5));
        await UntilAsync(async () => await _source.GetAsync(Stop) == "token-3");
    }

    [Fact]
    public async Task FailureWithoutAToken_IsToldToAllAtOnce_AndRecoversInTheBackground()
    {
        _issuer.Failure = new InvalidOperationException("the metadata server is away");
        var failure = await Assert.ThrowsAsync<TokenException>(async () => await _source.GetAsync(Stop));
        Assert.Equal("the metadata server is away", failure.Message);

        await Assert.ThrowsAsync<TokenException>(async () => await _source.GetAsync(Stop));
        Assert.Equal(1, _issuer.Count);

        // The next try is on its way, and takes its time: nobody waits for it.
        _issuer.Gate = new TaskCompletionSource();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _issuer.BegunAsync(2);
        await Assert.ThrowsAsync<TokenException>(async () => await _source.GetAsync(Stop));

        _issuer.Failure = null;
        _issuer.Gate.SetResult();
        await UntilAsync(() => Task.FromResult(_clock.ArmedTimers == 1));
        Assert.Equal("token-2", await _source.GetAsync(Stop));
        Assert.Single(_issuer.Failures);
    }

    [Fact]
    public async Task FailuresThatNobodyAsksAbout_AreNotTriedForever()
    {
        _issuer.Failure = new InvalidOperationException("down");
        await Assert.ThrowsAsync<TokenException>(async () => await _source.GetAsync(Stop));
        for (var i = 0; i < 60; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(2, Stop);
        }
        await UntilAsync(() => Task.FromResult(_clock.ArmedTimers == 0));
        Assert.InRange(_issuer.Count, 5, 20);

        _issuer.Failure = null;
        Assert.StartsWith("token-", await _source.GetAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredTokenThatCannotBeReplaced_IsNotUsed()
    {
        await _source.GetAsync(Stop);
        _issuer.Failure = new InvalidOperationException("down");
        for (var i = 0; i < 8; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(10));
            await Task.Delay(20, Stop);
        }

        await Assert.ThrowsAsync<TokenException>(async () => await _source.GetAsync(Stop));
    }

    [Fact]
    public async Task IssuerThatNeverAnswers_IsGivenUp()
    {
        _issuer.Gate = new TaskCompletionSource();
        var waiting = _source.GetAsync(Stop).AsTask();
        await _issuer.BegunAsync(1);
        await _clock.WaitForTimersAsync(1);
        _clock.Advance(TokenSource<string>.LongestFetch);

        Assert.Equal("no answer within 30 seconds", (await Assert.ThrowsAsync<TokenException>(() => waiting)).Message);
    }

    [Fact]
    public async Task IssuersOwnTimeOfRefresh_IsKept()
    {
        _issuer.RefreshAfter = TimeSpan.FromMinutes(20);
        await _source.GetAsync(Stop);
        _clock.Advance(TimeSpan.FromMinutes(20));
        await _issuer.BegunAsync(2);
    }

    [Fact]
    public async Task ShortLivedToken_IsReplacedAtHalfOfItsLife()
    {
        _issuer.Lifetime = TimeSpan.FromSeconds(20);
        await _source.GetAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await _issuer.BegunAsync(2);
    }

    [Fact]
    public async Task LastingCredentials_AreReadAgain()
    {
        _issuer.Lifetime = null;
        await _source.GetAsync(Stop);
        _clock.Advance(TimeSpan.FromMinutes(15));
        await _issuer.BegunAsync(2);
    }

    [Fact]
    public async Task TokenThatCameExpired_IsAFailure()
    {
        _issuer.Lifetime = TimeSpan.FromSeconds(-1);
        Assert.Contains("expired already", (await Assert.ThrowsAsync<TokenException>(async () => await _source.GetAsync(Stop))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedToken_IsReplaced_UnlessItIsBrandNew()
    {
        await _source.GetAsync(Stop);
        _source.Doubt();
        Assert.Equal(1, _issuer.Count);

        _clock.Advance(TimeSpan.FromMinutes(1));
        _source.Doubt();
        await UntilAsync(async () => await _source.GetAsync(Stop) == "token-2");
    }

    [Fact]
    public async Task RetiredSource_FetchesNoMoreByItself_ButStillForRequests()
    {
        await _source.GetAsync(Stop);
        _source.Retire();
        Assert.Equal(0, _clock.ArmedTimers);
        _clock.Advance(2 * Hour);

        Assert.Equal(1, _issuer.Count);
        Assert.Equal("token-2", await _source.GetAsync(Stop));
    }

    [Theory]
    [InlineData("The key AKIAIOSFODNN7EXAMPLE was refused.\r\n  Twice.", "The key AKIAIOSFODNN7EXAMPLE was refused. Twice")]
    [InlineData("token eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.abc is wrong", "token *** is wrong")]
    [InlineData("secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "secret ***")]
    [InlineData("GET http://169.254.169.254/metadata/identity/oauth2/token failed", "GET http://169.254.169.254/metadata/identity/oauth2/token failed")]
    public void Cause_IsOneLineWithoutSecrets(string message, string expected) =>
        Assert.Equal(expected, FailureCause.Of(new AggregateException(new InvalidOperationException(message)), Hour));

    [Fact]
    public void Cause_TellsWhatWasWrappedAndIsBounded()
    {
        Assert.Equal("no credentials (refused)", FailureCause.Of(new InvalidOperationException("no credentials", new IOException("refused")), Hour));
        Assert.Equal(601, FailureCause.Of(new InvalidOperationException(string.Concat(Enumerable.Repeat("word ", 1000))), Hour).Length);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            await Task.Delay(5, Stop);
        }
    }

    private sealed class Issuer(TestClock clock)
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public TaskCompletionSource? Gate { get; set; }

        public Exception? Failure { get; set; }

        public TimeSpan? Lifetime { get; set; } = Hour;

        public TimeSpan? RefreshAfter { get; set; }

        public List<string> Failures { get; } = [];

        public async Task<FetchedToken<string>> FetchAsync(CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _count);
            if (Gate is { } gate)
            {
                await gate.Task;
            }
            var now = clock.GetUtcNow();
            return Failure is { } failure ? throw failure : new FetchedToken<string>($"token-{number}", now + Lifetime, now + RefreshAfter);
        }

        public void Told(TimeSpan took, string? cause)
        {
            Assert.True(took >= TimeSpan.Zero);
            if (cause is not null)
            {
                Failures.Add(cause);
            }
        }

        public Task BegunAsync(int count) => UntilAsync(() => Task.FromResult(Count >= count));
    }
}
