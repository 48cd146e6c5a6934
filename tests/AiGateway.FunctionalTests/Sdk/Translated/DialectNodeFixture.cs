using System.ComponentModel;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>Runs the cases of <c>node/anthropic.mjs</c>, <c>google.mjs</c>, <c>responses.mjs</c> and <c>cohere.mjs</c> once, against a gateway of its own.</summary>
public sealed class DialectNodeFixture : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly DialectFixture _gateway = new();

    /// <summary>Why nothing was run; null when it was.</summary>
    public string? Skipped { get; private set; }

    /// <summary>What the programs wrote.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Each case's error, by program and name; null where it passed.</summary>
    public Dictionary<(string Program, string Case), string?> Results { get; } = [];

    public async ValueTask InitializeAsync()
    {
        var folder = RepositoryRoot.Of("tests", "AiGateway.FunctionalTests", "node");
        foreach (var package in (string[])["@anthropic-ai/sdk", "@google/genai", "openai", "cohere-ai"])
        {
            if (!Directory.Exists(Path.Combine(folder, "node_modules", package)))
            {
                Skipped = $"The Node client {package} is not installed (npm ci in {folder}).";
                return;
            }
        }
        await _gateway.InitializeAsync();
        try
        {
            foreach (var program in DialectNodeTests.Programs)
                await RunAsync(folder, program.File, JsonSerializer.Serialize(program.Providers.ToDictionary(provider => provider, provider => DialectFixture.ModelOf(provider))));
        }
        catch (Win32Exception)
        {
            Skipped = "Node.js is not installed.";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway.Gateway is not null)
            await _gateway.DisposeAsync();
    }

    private async Task RunAsync(string folder, string program, string models)
    {
        await using var node = ChildProcess.Start("node", [program, _gateway.Gateway.Address.ToString(), DialectFixture.Key, models], workingDirectory: folder);
        await node.WaitForExitAsync(Limit);
        Output += node.Output;
        foreach (var line in node.Output.Split('\n').Where(line => line.StartsWith("{\"case\"", StringComparison.Ordinal)))
        {
            var result = JsonSerializer.Deserialize<JsonElement>(line);
            Results[(program, result.GetProperty("case").GetString()!)] = result.GetProperty("error").GetString();
        }
    }
}
