using AiGateway.Configuration;
using AiGateway.Storage.Redis;

namespace AiGateway.Hosting;

/// <summary>Refuses to start where aliases have their questions in vector sets and Redis has none. A Redis that does not answer is no reason: until it does, every look is a miss.</summary>
internal sealed partial class VectorSetsCheck(SnapshotHolder snapshots, RedisVectorSets sets, HostModel host, TimeProvider clock, ILogger<VectorSetsCheck> logger) : IHostedService
{
    // The connection is made with the first call, which may take longer than a call may.
    private const int MostTries = 20;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    /// <exception cref="IOException">Redis has no vector sets, or they may not be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (snapshots.Current.Aliases.All.FirstOrDefault(static alias => alias.Cache?.Semantic?.IsShared == true) is not { } alias)
        {
            return;
        }
        for (var i = 0; i < MostTries; i++)
        {
            if (await sets.HasVectorSetsAsync() is { } has)
            {
                if (has)
                {
                    return;
                }
                var (address, port) = host.Redis!.Endpoints[0];
                throw new IOException(
                    $"The alias '{alias.Name}' has its questions in Redis ('cache.semantic.index: redis'), but the Redis at {address}:{port} has no vector sets, or they may not be used. Take Redis 8 or later (and allow VADD, VSIM and VREM), or set 'index: memory'.");
            }
            await Task.Delay(BetweenTries, clock, cancellationToken);
        }
        Log.NotAsked(logger, alias.Name);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(4235, LogLevel.Warning, "Redis does not answer: until it does, no question of the alias '{Alias}' is found by meaning. Whether it has vector sets is not known yet.")]
        public static partial void NotAsked(ILogger logger, string alias);
    }
}
