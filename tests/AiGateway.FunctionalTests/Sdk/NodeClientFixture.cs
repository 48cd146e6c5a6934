using System.ComponentModel;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>Runs the cases of <c>node/openai.mjs</c> once, against a gateway of its own.</summary>
public sealed class NodeClientFixture : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly SdkFixture _gateway = new();

    /// <summary>Why nothing was run; null when it was.</summary>
    public string? Skipped { get; private set; }

    /// <summary>What the program wrote.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Each case's error; null where it passed.</summary>
    public Dictionary<string, string?> Results { get; } = new(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        var folder = RepositoryRoot.Of("tests", "AiGateway.FunctionalTests", "node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "openai")))
        {
            Skipped = $"The Node clients are not installed (npm ci in {folder}).";
            return;
        }
        await _gateway.InitializeAsync();
        try
        {
            await using var node = ChildProcess.Start("node", ["openai.mjs", _gateway.Gateway.Address.ToString()], workingDirectory: folder);
            await node.WaitForExitAsync(Limit);
            Output = node.Output;
        }
        catch (Win32Exception)
        {
            Skipped = "Node.js is not installed.";
            return;
        }
        foreach (var line in Output.Split('\n').Where(line => line.StartsWith("{\"case\"", StringComparison.Ordinal)))
        {
            var result = JsonSerializer.Deserialize<JsonElement>(line);
            Results[result.GetProperty("case").GetString()!] = result.GetProperty("error").GetString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway.Gateway is not null)
            await _gateway.DisposeAsync();
    }
}
