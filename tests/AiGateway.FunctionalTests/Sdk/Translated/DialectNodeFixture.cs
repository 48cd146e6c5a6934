using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>Runs the cases of <c>node/anthropic.mjs</c>, <c>google.mjs</c>, <c>responses.mjs</c> and <c>cohere.mjs</c> once, against a gateway of its own.</summary>
public sealed class DialectNodeFixture : IAsyncLifetime
{
    private readonly DialectFixture _gateway = new();

    /// <summary>Why nothing was run; null when it was.</summary>
    public string? Skipped { get; private set; }

    /// <summary>What the programs wrote.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Each case's error, by program and name; null where it passed.</summary>
    public Dictionary<(string Program, string Case), string?> Results { get; } = [];

    public async ValueTask InitializeAsync()
    {
        Skipped = NodeScript.WhyNot("@anthropic-ai/sdk", "@google/genai", "openai", "cohere-ai");
        if (Skipped is not null)
            return;
        await _gateway.InitializeAsync();
        foreach (var program in DialectNodeTests.Programs)
        {
            var models = JsonSerializer.Serialize(program.Providers.ToDictionary(provider => provider, provider => DialectFixture.ModelOf(provider)));
            var run = await NodeScript.RunAsync(program.File, _gateway.Gateway.Address.ToString(), DialectFixture.Key, models);
            Output += run.Output;
            foreach (var result in run.Cases)
                Results[(program.File, result.GetProperty("case").GetString()!)] = result.GetProperty("error").GetString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway.Gateway is not null)
            await _gateway.DisposeAsync();
    }
}
