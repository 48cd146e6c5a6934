namespace AiGateway.Configuration;

/// <summary>A provider plus an upstream model, as written.</summary>
internal sealed record DeploymentConfig
{
    /// <summary>Id of the provider.</summary>
    public string? Provider { get; init; }

    /// <summary>The model name sent upstream (on Azure the deployment's name). <c>*</c> takes what the alias's own <c>*</c> matched. Default: the deployment's id.</summary>
    public string? Model { get; init; }

    /// <summary>The model whose price applies, where the upstream name does not say it (Azure deployments, local servers).</summary>
    public string? PriceAs { get; init; }

    /// <summary>What it costs by contract, before all other prices; null: no price of its own.</summary>
    public PriceConfig? Price { get; init; }

    /// <summary>Time-outs of this deployment.</summary>
    public TimeoutsConfig Timeouts { get; init; } = new();

    /// <summary>Circuit breaker and cooldowns of this deployment.</summary>
    public BreakerConfig Breaker { get; init; } = new();

    /// <summary>Context window in tokens, shown in <c>/v1/models</c>. Default: from the price list, where known.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>What its model takes beside text; default what the table of capabilities knows of it.</summary>
    public IReadOnlyList<string> Supports { get; init; } = [];

    /// <summary>Dialects of conversation its model speaks, the one to translate to first. Default: what its provider's model of that name speaks.</summary>
    public IReadOnlyList<string> Dialects { get; init; } = [];

    /// <summary>Operations this deployment serves; default all of its provider.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];
}

/// <summary>Time-outs of one attempt.</summary>
internal sealed record TimeoutsConfig
{
    /// <summary>TCP and TLS set-up. Default 5 s.</summary>
    public TimeSpan? Connect { get; init; }

    /// <summary>From sending to the first body byte; for streams to the first event that is not a comment. Default 120 s.</summary>
    public TimeSpan? FirstByte { get; init; }

    /// <summary>Between two reads of a body, comments included. Default 120 s.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>The whole attempt. Default 600 s.</summary>
    public TimeSpan? Total { get; init; }
}

/// <summary>When a deployment is left alone.</summary>
internal sealed record BreakerConfig
{
    /// <summary>Share of failed attempts, 0 to 1, that opens the circuit. Default 0.5.</summary>
    public double? FailureRatio { get; init; }

    /// <summary>Attempts in the window below which the circuit stays closed. Default 10, at least 2.</summary>
    public int? MinimumAttempts { get; init; }

    /// <summary>Window over which failures are counted. Default 30 s, at least 0.5 s.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>How long an open circuit stays open before one probe is let through. Default 15 s, at least 0.5 s.</summary>
    public TimeSpan? Break { get; init; }

    /// <summary>How long a deployment rests after a 429 that names no time. Default 5 s.</summary>
    public TimeSpan? RateLimitCooldown { get; init; }

    /// <summary>How long a key rests after a 401, 402 or 403. Default 60 s.</summary>
    public TimeSpan? CredentialCooldown { get; init; }
}
