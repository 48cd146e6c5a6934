using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Batches;

/// <summary>The official Node clients <c>openai</c> and <c>@anthropic-ai/sdk</c>: the latter reads results by the URL that the batch names.</summary>
public sealed class BatchNodeTests(BatchFixture fixture) : IClassFixture<BatchFixture>
{
    private static readonly string[] Cases = ["openai_files", "openai_batch", "openai_list_pages", "openai_not_found", "openai_bad_line", "anthropic_batch", "anthropic_not_found", "anthropic_files"];

    [Fact]
    public async Task NodeCases_Pass()
    {
        var missing = NodeScript.WhyNot("openai", "@anthropic-ai/sdk");
        Assert.SkipWhen(missing is not null, missing ?? "");
        var run = await NodeScript.RunAsync("batches.mjs", fixture.Gateway.Address.ToString(), BatchFixture.Alice);
        var results = run.Cases.ToArray();
        Assert.All(results, result => Assert.True(result.GetProperty("ok").GetBoolean(), result.ToString()));
        Assert.Equal(Cases, results.Select(result => result.GetProperty("case").GetString()));
    }
}
