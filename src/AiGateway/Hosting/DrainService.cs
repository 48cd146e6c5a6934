using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Hosting;

/// <summary>Graceful shutdown: from SIGTERM on not ready; what is in flight goes on; streams that are left at the end of the drain time get an error event and a reset.</summary>
/// <remarks>
/// The server closes its listeners as the first thing when it stops, and then nobody could ask whether it is alive or ready:
/// so the host is kept from stopping anything until the last request is over, and new ones get a 503 meanwhile.
/// </remarks>
internal sealed class DrainService(DrainState drain, HostModel host, TimeProvider clock) : IHostedLifecycleService, IDisposable
{
    private ITimer? _timer;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Drains. The token is cancelled a little after the drain time: what has not ended by then is ended by the server.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        drain.Begin();
        _timer = clock.CreateTimer(static drain => ((DrainState)drain!).Cut(), drain, host.DrainTimeout, Timeout.InfiniteTimeSpan);
        await drain.Drained.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _timer?.Dispose();
}
