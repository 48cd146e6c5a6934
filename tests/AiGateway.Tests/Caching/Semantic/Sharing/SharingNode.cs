using System.Text;
using AiGateway.Caching;
using AiGateway.Caching.Levels;
using AiGateway.Caching.Semantic;
using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Configuration;
using AiGateway.Protocols;
using AiGateway.Providers;
using AiGateway.Storage;
using AiGateway.Storage.Redis;
using AiGateway.Telemetry;
using AiGateway.TestKit;
using AiGateway.Tests.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Tests.Caching.Semantic.Sharing;

/// <summary>What one node shares of the semantic cache by way of a Redis, without the gateway around it.</summary>
internal sealed class SharingNode : IAsyncDisposable
{
    public const int Dimensions = 64;

    private readonly RedisConnection _connection;
    private readonly RedisCacheLevel _level;
    private readonly SemanticMetrics _metrics;

    public SharingNode(RedisServer redis, string secret = "a secret", TimeSpan? timeout = null, TimeProvider? clock = null, string name = "")
        : this([("127.0.0.1", redis.Port)], secret, timeout, clock, name)
    {
    }

    public SharingNode(IReadOnlyList<(string Host, int Port)> endpoints, string secret = "a secret", TimeSpan? timeout = null, TimeProvider? clock = null, string name = "")
    {
        var settings = new RedisModel(endpoints, null, false, 0, "t:", timeout ?? TimeSpan.FromSeconds(10));
        Clock = clock ?? TimeProvider.System;
        _metrics = new SemanticMetrics(Host.MeterFactory);
        var bytes = Encoding.UTF8.GetBytes(secret);
        _connection = Connect();
        _level = new RedisCacheLevel(Connect(), "t:", new SealedContent(bytes, "cached answers"), Clock, new CacheLevelMetrics(Host.MeterFactory));
        Sets = new RedisVectorSets(_connection, "t:", name.Length > 0 ? name : Guid.NewGuid().ToString("N"), Clock, NullLogger<RedisVectorSets>.Instance);
        Log = new RedisEvidenceLog(_connection, "t:", new SealedContent(bytes, "semantic evidence"));

        RedisConnection Connect() => new(settings, new TrustedAuthorities(HostModel.Default), TimeProvider.System, new RedisMetrics(Host.MeterFactory, MetricDefinitions.CacheStoreCallDuration));
    }

    public MetricsHost Host { get; } = new();

    public TimeProvider Clock { get; }

    public PurgeTable Purges { get; } = new();

    public RedisVectorSets Sets { get; }

    public RedisEvidenceLog Log { get; }

    public ISharedLevel Level => _level;

    public SemanticMetrics Metrics => _metrics;

    /// <summary>The index of an alias on this node.</summary>
    public SharedIndex Index(string alias = "faq", int most = 100, UInt128? embedder = null, SemanticSearchModel? search = null) => new(
        new AcceptanceKey(alias, embedder ?? 7), new SemanticCacheModel(true, "static", 0.1, most, 0.25) { IsShared = true, Search = search ?? SemanticSearchModel.Default }, Sets, _level, Purges, Clock, _metrics);

    /// <summary>Adds a question with its answer, once Redis takes it: its connection is made with the first call.</summary>
    public async Task<SemanticEntry> AddAsync(SharedIndex index, int seed, UInt128? partition = null, TimeSpan? life = null, params string[] tags)
    {
        var entry = new SemanticEntry((UInt128)seed, partition ?? 1, $"key {seed}", $"question {seed}", "caller");
        await UntilAsync(() => Level.WriteAsync(Kept(entry.Key)).AsTask());
        await index.AddAsync(entry, Vector(seed), Answer(life), tags);
        return entry;
    }

    public StoredAnswer Answer(TimeSpan? life = null) => new()
    {
        Operation = Operation.ChatCompletions,
        Tenant = "project:p",
        MadeAt = Clock.GetUtcNow(),
        Ttl = life ?? TimeSpan.FromHours(1),
        PaidBy = "req_1",
        Body = "{}"u8.ToArray(),
    };

    /// <summary>How often a metric was counted with these labels.</summary>
    public double Count(string metric, params string[] labels) =>
        Host.Samples(metric).Where(line => labels.All(label => line.Contains(label, StringComparison.Ordinal))).Sum(line => double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));

    public static float[] Vector(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() - 0.5f)];
    }

    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; !await isSo(); i++)
        {
            Assert.True(i < 400, "It has not come to be so in time.");
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Log.Dispose();
        await _level.DisposeAsync();
        await _connection.DisposeAsync();
        Host.Dispose();
    }

    private CacheEntry Kept(string key) => new(key, [1], Clock.GetUtcNow().UtcTicks, (Clock.GetUtcNow() + TimeSpan.FromHours(1)).UtcTicks, [], PurgeStamp.None);
}
