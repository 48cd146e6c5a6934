namespace AiGateway.FunctionalTests.Sdk;

/// <summary>The official Node client (<c>openai</c>, and its Azure flavour): what differs from .NET is what it does with errors in streams, and code that reads <c>choices[0]</c> unasked.</summary>
public sealed class NodeClientTests(NodeClientFixture fixture) : IClassFixture<NodeClientFixture>
{
    public static TheoryData<string> Cases { get; } = new(
        "chat", "stream", "stream_with_usage", "stream_aborted_by_the_caller", "tool_loop", "tool_runner", "structured_output", "completions", "embeddings",
        "image", "image_edit", "transcription", "transcription_beyond_memory", "transcription_streamed", "speech", "moderation",
        "responses", "responses_streamed", "models",
        "error_401", "error_403", "error_404", "error_400", "error_413", "error_429", "error_502", "error_503",
        "retry_after_429", "retry_after_503", "cut_stream_tells_its_error", "cut_responses_stream_tells_its_error", "early_death_fails_over_unseen", "azure");

    [Theory]
    [MemberData(nameof(Cases))]
    public void NodeCase_Passes(string name)
    {
        SkipIfNotRun();

        Assert.True(fixture.Results.TryGetValue(name, out var error), $"The case did not run. The program wrote:\n{fixture.Output}");
        Assert.True(error is null, error);
    }

    [Fact]
    public void EveryCaseOfTheProgram_IsListedHere()
    {
        SkipIfNotRun();

        Assert.Equal(Cases.Select(row => row.Data), fixture.Results.Keys);
    }

    private void SkipIfNotRun() => Assert.SkipWhen(fixture.Skipped is not null, fixture.Skipped ?? "");
}
