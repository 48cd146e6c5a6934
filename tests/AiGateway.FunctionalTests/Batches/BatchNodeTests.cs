using System.ComponentModel;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Batches;

/// <summary>The official Node clients <c>openai</c> and <c>@anthropic-ai/sdk</c>: the latter reads results by the URL that the batch names.</summary>
public sealed class BatchNodeTests(BatchFixture fixture) : IClassFixture<BatchFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly string[] Cases = ["openai_files", "openai_batch", "openai_list_pages", "openai_not_found", "openai_bad_line", "anthropic_batch", "anthropic_not_found", "anthropic_files"];

    [Fact]
    public async Task NodeCases_Pass()
    {
        var folder = RepositoryRoot.Of("tests", "AiGateway.FunctionalTests", "node");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "@anthropic-ai", "sdk")), $"The Node clients are not installed (npm ci in {folder}).");
        var output = "";
        try
        {
            await using var node = ChildProcess.Start("node", ["batches.mjs", fixture.Gateway.Address.ToString(), BatchFixture.Alice], workingDirectory: folder);
            await node.WaitForExitAsync(Limit);
            output = node.Output;
        }
        catch (Win32Exception)
        {
            Assert.Skip("Node.js is not installed.");
        }
        var results = output.Split('\n').Where(line => line.StartsWith("{\"case\"", StringComparison.Ordinal)).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        Assert.All(results, result => Assert.True(result.GetProperty("ok").GetBoolean(), result.ToString()));
        Assert.Equal(Cases, results.Select(result => result.GetProperty("case").GetString()));
    }
}
