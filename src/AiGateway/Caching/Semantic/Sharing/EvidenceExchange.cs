namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>Brings together, every second, what the nodes learn of each alias.</summary>
internal sealed partial class EvidenceExchange(SemanticAliases aliases, IEvidenceLog log, SemanticMetrics metrics, TimeProvider clock, ILogger<EvidenceExchange> logger) : BackgroundService
{
    /// <summary>How long what a node sees takes at most to reach the others, while they can be reached.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, SharedEvidence> _shared = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var shared in _shared.Values)
        {
            await shared.TrySendAsync();
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops; without a stop that was asked for, the host would take it for a fault.
        }
    }

    private async Task RunAsync()
    {
        try
        {
            foreach (var alias in aliases.All)
            {
                if (!_shared.TryGetValue(alias.Name, out var shared) || shared.Model != alias.Acceptance)
                {
                    _shared[alias.Name] = shared = new SharedEvidence(alias.Acceptance, SharedEvidence.NameOf(alias), log, metrics);
                }
                await shared.RunAsync();
            }
        }
        catch (Exception e)
        {
            // Whatever it was, it must not end sharing.
            Log.Failed(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4232, LogLevel.Error, "What nodes learn of semantic hits could not be brought together.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
