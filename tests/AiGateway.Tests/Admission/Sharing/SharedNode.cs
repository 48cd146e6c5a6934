using System.Diagnostics.Metrics;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.Providers;
using AiGateway.Storage.Redis;
using AiGateway.Telemetry;
using AiGateway.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Tests.Admission.Sharing;

/// <summary>One node of several on a Redis: all that decides over shared limits, without the gateway around it.</summary>
internal sealed class SharedNode : IAsyncDisposable, IStoreRestorer
{
    private static int _count;

    private readonly ServiceProvider _services;
    private readonly RedisConnection _connection;
    private int _requests;

    private SharedNode(RedisModel redis, string? authorities, TimeSpan holdLife)
    {
        Name = $"node{Interlocked.Increment(ref _count)}";
        _services = new ServiceCollection().AddMetrics().AddSingleton<IStoreRestorer>(this).AddSingleton(_ => Settlements!).BuildServiceProvider();
        var meters = _services.GetRequiredService<IMeterFactory>();
        var (clock, metrics) = (TimeProvider.System, new SharingMetrics(meters));
        _connection = Connect(redis, meters, authorities);
        Store = new RedisLimitStore(_connection, "t:", Name, holdLife, clock);
        Book = new LeaseBook(metrics, NullLogger<LeaseBook>.Instance);
        Limiter = new Limiter(clock, Book);
        var recovery = new StoreRecovery(_services, clock, NullLogger<StoreRecovery>.Instance);
        Leases = new LeaseKeeper(Limiter, Book, Store, recovery, metrics, clock, NullLogger<LeaseKeeper>.Instance);
        Settlements = new SharedSettlements(Store, recovery, clock, metrics, NullLogger<SharedSettlements>.Instance);
        Shared = new SharedLimits(Limiter, Book, Leases, Store, recovery, Settlements, clock);
    }

    public string Name { get; }

    public RedisLimitStore Store { get; }

    public LeaseBook Book { get; }

    public Limiter Limiter { get; }

    public LeaseKeeper Leases { get; }

    public SharedSettlements Settlements { get; }

    public SharedLimits Shared { get; }

    /// <summary>How often the store was told what was spent before.</summary>
    public int Restored { get; private set; }

    /// <summary>What the store is told of then.</summary>
    public Func<SharedNode, Task> OnRestore { get; set; } = _ => Task.CompletedTask;

    /// <summary>Starts one; its calls have time enough on a busy machine unless said otherwise.</summary>
    public static Task<SharedNode> StartAsync(RedisServer redis, TimeSpan? timeout = null, TimeSpan? holdLife = null) =>
        StartAsync(ModelOf(redis, timeout), null, holdLife);

    /// <summary>A Redis as the routing file would name it.</summary>
    public static RedisModel ModelOf(RedisServer redis, TimeSpan? timeout = null) => new([("127.0.0.1", redis.Port)], null, false, 0, "t:", timeout ?? TimeSpan.FromSeconds(10));

    /// <summary>A connection for limits.</summary>
    public static RedisConnection Connect(RedisModel redis, IMeterFactory meters, string? authorities = null) =>
        new(redis, new TrustedAuthorities(new HostModel { CaBundle = authorities }), TimeProvider.System, new RedisMetrics(meters, MetricDefinitions.LimitsStoreCallDuration));

    /// <summary>Starts one on a Redis as it is configured.</summary>
    public static async Task<SharedNode> StartAsync(RedisModel redis, string? authorities, TimeSpan? holdLife = null)
    {
        var node = new SharedNode(redis, authorities, holdLife ?? SharedSettlements.HoldLife);
        await node.Leases.StartAsync(CancellationToken.None);
        await node.Settlements.StartAsync(CancellationToken.None);
        // With a short time-out the connection's own set-up would already be too long.
        await Until(async () =>
        {
            try
            {
                await node.Store.BeginAsync("warm", TimeSpan.Zero);
                return true;
            }
            catch (LimitStoreException)
            {
                return false;
            }
        });
        return node;
    }

    public async Task RestoreAsync(string tag)
    {
        Restored++;
        await OnRestore(this);
        await Store.BeginAsync(tag, TimeSpan.Zero);
    }

    /// <summary>Asks for a request.</summary>
    public async Task<SharedRequest> AskAsync(params Claim[] claims)
    {
        var holds = new List<Hold>();
        var exact = Array.FindAll(claims, claim => claim.Limit.Sharing == LimitSharing.Exact) is { Length: > 0 } all
            ? new SharedHold($"{Name}-{Interlocked.Increment(ref _requests)}", SharedHold.TagOf(all[0].Organisation)) { Claims = all } : null;
        var decision = await Shared.TryHoldAsync(claims, holds, exact);
        return new SharedRequest(this, decision.Refusal, holds, decision.Refusal is null ? exact : null);
    }

    /// <summary>Waits until all that ended is settled.</summary>
    public Task SettledAsync() => Until(() => Task.FromResult(Settlements.Unsettled == 0));

    public static async Task Until(Func<Task<bool>> condition)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 3_000, "What was waited for did not come within 30 s.");
            await Task.Delay(10);
        }
    }

    /// <summary>Stops as a node does that is told to.</summary>
    public async Task StopAsync()
    {
        await Leases.StopAsync(CancellationToken.None);
        await Settlements.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Leases.Dispose();
        Settlements.Dispose();
        await _connection.DisposeAsync();
        await _services.DisposeAsync();
    }
}
