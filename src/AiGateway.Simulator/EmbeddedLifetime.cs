namespace AiGateway.Simulator;

/// <summary>Leaves signals to the program that embeds the simulator, which drains its own requests first.</summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
