using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Hosting;

/// <summary>Graceful shutdown: from SIGTERM on not ready; what is in flight goes on; streams that are left at the end of the drain time get an error event and a reset.</summary>
/// <remarks>The server itself waits for its requests; this only says when the waiting is over, a little before the server's own patience ends.</remarks>
internal sealed class DrainService(DrainState drain, HostModel host, IHostApplicationLifetime lifetime, TimeProvider clock) : IHostedService, IDisposable
{
    private CancellationTokenRegistration _stopping;
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping = lifetime.ApplicationStopping.Register(() =>
        {
            drain.Begin();
            _timer = clock.CreateTimer(static drain => ((DrainState)drain!).Cut(), drain, host.DrainTimeout, Timeout.InfiniteTimeSpan);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Dispose();
        _timer?.Dispose();
    }
}
