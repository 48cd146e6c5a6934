namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>The official Node clients <c>@anthropic-ai/sdk</c> and <c>@google/genai</c> against every provider: passed through to their own, translated for the others.</summary>
public sealed class DialectNodeTests(DialectNodeFixture fixture) : IClassFixture<DialectNodeFixture>
{
    internal static readonly string[] Providers = ["anthropic", "openai", "google", "converse", "cohere", "invoke", "rawpredict"];

    internal static readonly Dictionary<string, string[]> Programs = new(StringComparer.Ordinal)
    {
        ["anthropic.mjs"] =
        [
            "message", "stream", "tool_loop", "vision", "structured_output", "thinking_goes_back", "count_tokens",
            "error_400", "error_401", "error_404", "error_502", "cut_stream_is_a_failure",
        ],
        ["google.mjs"] =
        [
            "chat", "stream", "tool_loop", "streamed_tool_call", "structured_output", "vision", "thinking_goes_back", "limits",
            "error_400", "error_401", "error_404", "error_502", "cut_stream_is_a_failure",
        ],
    };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var (program, names) in Programs)
        {
            foreach (var provider in Providers)
            {
                foreach (var name in names)
                    cases.Add(program, $"{provider}/{name}");
            }
            cases.Add(program, "models");
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
