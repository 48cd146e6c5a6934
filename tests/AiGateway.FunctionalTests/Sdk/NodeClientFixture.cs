using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>Runs the cases of <c>node/openai.mjs</c> once, against a gateway of its own.</summary>
public sealed class NodeClientFixture : IAsyncLifetime
{
    private readonly SdkFixture _gateway = new();

    /// <summary>Why nothing was run; null when it was.</summary>
    public string? Skipped { get; private set; }

    /// <summary>What the program wrote.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Each case's error; null where it passed.</summary>
    public Dictionary<string, string?> Results { get; } = new(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        Skipped = NodeScript.WhyNot("openai");
        if (Skipped is not null)
            return;
        await _gateway.InitializeAsync();
        var run = await NodeScript.RunAsync("openai.mjs", _gateway.Gateway.Address.ToString());
        Output = run.Output;
        foreach (var result in run.Cases)
            Results[result.GetProperty("case").GetString()!] = result.GetProperty("error").GetString();
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway.Gateway is not null)
            await _gateway.DisposeAsync();
    }
}
