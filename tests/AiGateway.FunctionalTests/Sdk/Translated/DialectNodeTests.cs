namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>The official Node clients <c>@anthropic-ai/sdk</c>, <c>@google/genai</c>, <c>openai</c> (Responses) and <c>cohere-ai</c> against every provider: passed through to their own, translated for the others.</summary>
public sealed class DialectNodeTests(DialectNodeFixture fixture) : IClassFixture<DialectNodeFixture>
{
    private static readonly string[] All = ["anthropic", "openai", "google", "converse", "cohere", "invoke", "rawpredict"];

    internal static readonly NodeProgram[] Programs =
    [
        new("anthropic.mjs", All,
            [
                "message", "stream", "tool_loop", "several_turns_of_tools", "vision", "structured_output", "thinking_goes_back", "count_tokens",
                "error_400", "error_401", "error_404", "error_502", "cut_stream_is_a_failure",
            ],
            ["models"]),
        new("google.mjs", All,
            [
                "chat", "stream", "tool_loop", "several_turns_of_tools", "count_tokens", "streamed_tool_call", "structured_output", "vision", "thinking_goes_back", "limits",
                "error_400", "error_401", "error_404", "error_502", "cut_stream_is_a_failure",
            ],
            ["google/embed", "openai/embed", "cohere/embed", "embed_where_there_are_none", "models"]),
        new("responses.mjs", All,
            [
                "answer", "stream", "parallel_tools", "several_turns_of_tools", "forced_tool", "structured_output", "vision", "limits",
                "error_400", "error_401", "error_502", "cut_stream_is_a_failure",
            ],
            ["anthropic/thoughts_go_back", "google/thoughts_go_back"]),
        new("cohere.mjs", ["cohere", "openai", "google"],
            ["embed", "error_401", "error_502"],
            [
                "cohere/rerank", "cohere/rerank_error_400", "openai/rerank", "openai/rerank_error_400", "rerank_where_there_is_none", "unknown_model",
                "native_chat", "native_chat_streamed", "native_several_turns_of_tools", "native_error_400", "native_error_401", "native_rerank",
            ]),
    ];

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var program in Programs)
        {
            foreach (var name in program.Cases)
                cases.Add(program.File, name);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void NodeCase_Passes(string program, string name)
    {
        SkipIfNotRun();

        Assert.True(fixture.Results.TryGetValue((program, name), out var error), $"The case did not run. The program wrote:\n{fixture.Output}");
        Assert.True(error is null, error);
    }

    [Fact]
    public void EveryCaseOfThePrograms_IsListedHere()
    {
        SkipIfNotRun();

        Assert.Equal(Cases().Select(row => (row.Data.Item1, row.Data.Item2)), fixture.Results.Keys);
    }

    private void SkipIfNotRun() => Assert.SkipWhen(fixture.Skipped is not null, fixture.Skipped ?? "");
}
