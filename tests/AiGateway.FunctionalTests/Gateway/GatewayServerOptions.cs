namespace AiGateway.FunctionalTests.Gateway;

/// <summary>What a gateway under test gets besides its routing file.</summary>
public sealed class GatewayServerOptions
{
    /// <summary>What <c>env:NAME</c> and <c>${NAME}</c> resolve to. The test process's own environment is not looked at.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The gateway's clock. With one that stands still, only the first record is written before the gateway stops.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A data folder that outlives the gateway, for tests of restarts; null for one of its own.</summary>
    public string? DataFolder { get; init; }
}
