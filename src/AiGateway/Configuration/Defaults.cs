namespace AiGateway.Configuration;

/// <summary>Every default of the routing file that is not the host's or a preset's, and how an inner section falls back to an outer one.</summary>
internal static class Defaults
{
    private static readonly TimeoutsModel BaseTimeouts = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(600));

    private static readonly BreakerModel BaseBreaker = new(0.5, 10, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60));

    /// <summary>Answers to one request where each is a call of its own: enough for voting among answers, and no cheap way to multiply one request.</summary>
    public const int MaxChoices = 8;

    /// <summary>The first of the sections (inner to outer) that says something wins, value by value.</summary>
    public static TimeoutsModel Timeouts(params ReadOnlySpan<TimeoutsConfig> sections)
    {
        TimeSpan? connect = null, firstByte = null, idle = null, total = null;
        foreach (var section in sections)
        {
            connect ??= section.Connect;
            firstByte ??= section.FirstByte;
            idle ??= section.Idle;
            total ??= section.Total;
        }
        return new TimeoutsModel(connect ?? BaseTimeouts.Connect, firstByte ?? BaseTimeouts.FirstByte, idle ?? BaseTimeouts.Idle, total ?? BaseTimeouts.Total);
    }

    /// <summary>A deployment's breaker.</summary>
    public static BreakerModel Breaker(BreakerConfig own, BreakerConfig outer) => new(
        own.FailureRatio ?? outer.FailureRatio ?? BaseBreaker.FailureRatio,
        own.MinimumAttempts ?? outer.MinimumAttempts ?? BaseBreaker.MinimumAttempts,
        own.Window ?? outer.Window ?? BaseBreaker.Window,
        own.Break ?? outer.Break ?? BaseBreaker.Break,
        own.RateLimitCooldown ?? outer.RateLimitCooldown ?? BaseBreaker.RateLimitCooldown,
        own.CredentialCooldown ?? outer.CredentialCooldown ?? BaseBreaker.CredentialCooldown);

    /// <summary>An alias's retries.</summary>
    public static RetriesModel Retries(RetriesConfig own, RetriesConfig outer) => new(
        own.MaxAttempts ?? outer.MaxAttempts ?? 5,
        own.MaxPerDeployment ?? outer.MaxPerDeployment ?? 2,
        own.BaseDelay ?? outer.BaseDelay ?? TimeSpan.FromMilliseconds(250),
        own.MaxDelay ?? outer.MaxDelay ?? TimeSpan.FromSeconds(10));

    /// <summary>An alias's hold-back.</summary>
    public static HoldBackModel HoldBack(HoldBackConfig own) => new(own.Events ?? 1, own.For ?? TimeSpan.FromSeconds(1));

    /// <summary>The body limits.</summary>
    public static BodyLimitsModel BodyLimits(BodyLimitsConfig own) =>
        new(own.Json ?? 20L << 20, own.Audio ?? 25L << 20, own.Images ?? 50L << 20, (int)(own.Memory ?? 1L << 20)) { Files = own.Files ?? 200L << 20, Native = own.Native };

    /// <summary>The bounds of realtime sessions. One caller's part is never more than the whole, whichever of both is written.</summary>
    public static RealtimeModel Realtime(RealtimeConfig own)
    {
        var most = own.MaxSessions ?? 1000;
        return new RealtimeModel(
            most, own.MaxSessionsPerCaller ?? Math.Min(100, most), own.MaxSession ?? TimeSpan.FromMinutes(60), own.IdleTimeout ?? TimeSpan.FromMinutes(10), own.MaxMessage ?? 24L << 20);
    }

    /// <summary>Cross-origin access; null when no origin is named.</summary>
    public static CorsModel? Cors(CorsConfig own) => own.Origins.Count == 0
        ? null
        : new CorsModel(
            System.Collections.Frozen.FrozenSet.ToFrozenSet(own.Origins, StringComparer.Ordinal),
            own.Origins.Contains("*", StringComparer.Ordinal),
            (int)(own.MaxAge ?? TimeSpan.FromSeconds(600)).TotalSeconds);
}
