using System.Globalization;
using System.Text;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Recorded;

/// <summary>Pins how near the token estimates come to what providers counted.</summary>
public sealed class TokenEstimatesTests(ITestOutputHelper output)
{
    /// <summary>Input that is not text, or that the provider adds itself: nobody could know its tokens from the request.</summary>
    private static readonly string[] NotTextOnly =
    [
        "vision", "audio_input", "video_input", "document_input", "audio_output", "image_output", "server_tools", "web_search",
        "code_execution", "file_search", "mcp", "image_generation", "tool_search", "server_state", "error_in_200", "no_terminal_event",
    ];

    [Fact]
    public void InputEstimates_AreWithinTenPercentInTheMedian()
    {
        var errors = new List<(string Provider, double Error)>();
        foreach (var (interaction, usage) in TextOnly())
        {
            if (usage.InputTokens == 0 || interaction.RequestBody is not { Length: > 0 } body
                || RequestScanner.Scan(interaction.Operation, body, out var facts) is not null)
            {
                continue;
            }
            Add(errors, interaction, facts.EstimatedInputTokens, usage.InputTokens);
        }
        Judge(errors, atLeast: 250);
    }

    [Fact]
    public void OutputEstimates_AreWithinTenPercentInTheMedian()
    {
        var errors = new List<(string Provider, double Error)>();
        foreach (var (interaction, usage) in TextOnly())
        {
            // A summary of reasoning has not the tokens of the reasoning.
            var isSummary = interaction.Operation == Operation.Responses && interaction.Has("reasoning_output");
            if (usage.OutputTokens == 0 || isSummary)
                continue;
            var visible = interaction.Has("reasoning_output") ? usage.OutputTokens : usage.OutputTokens - usage.ReasoningTokens;
            if (visible > 0)
                Add(errors, interaction, EstimateOutput(interaction), visible);
        }
        Judge(errors, atLeast: 200);
    }

    [Fact]
    public void TextInManyPieces_CountsAsTheWhole()
    {
        var text = "Internationalisation, and 12345 tokens."u8;
        var counter = new TokenCounter();
        foreach (var b in text)
            counter.Append([b]);

        Assert.Equal(TokenEstimator.Estimate(text), counter.Tokens);
    }

    [Fact]
    public void EscapedText_CountsAsThePlain()
    {
        var plain = Encoding.UTF8.GetBytes("He said \"no\":\n\tthen left.\\ " + new string('x', 3));
        var escaped = Encoding.UTF8.GetBytes("He said \\\"no\\\":\\n\\tthen left.\\\\ xxx");

        Assert.Equal(TokenEstimator.Estimate(plain), TokenEstimator.EstimateEscaped(escaped));
    }

    [Fact]
    public void LongText_CountsLikeItsParts()
    {
        var sentence = "The quick brown fox jumps over the lazy dog. ";
        var one = TokenEstimator.Estimate(Encoding.UTF8.GetBytes(sentence));
        var thousand = TokenEstimator.Estimate(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(sentence, 1000))));

        Assert.InRange(thousand, one * 950, one * 1050);
    }

    /// <summary>After the first 16 KB the messages of a conversation are sampled one by one.</summary>
    [Theory]
    [InlineData("The quick brown fox, aged 12, jumps over the lazy dog; internationalisation goes on.\n\n    return value[index];\n", 3)]
    [InlineData("Шлюз принимает запрос, проверяет каждый токен и передаёт его поставщику. ", 3)]
    [InlineData("网关接收请求，检查每个令牌，然后把它转发给提供商。", 3)]
    public void ManyMessages_CountLikeTheirParts(string text, int percent)
    {
        var random = new Random(5);
        var all = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, 30_000 / text.Length)));
        var counter = new TokenCounter();
        long expected = 0;
        for (var message = 0; message < 200; message++)
        {
            // Rotated, so that the windows fall on other words each time.
            var words = all.AsSpan(random.Next(2000), random.Next(100, 12_000));
            counter.Append(words);
            counter.Break();
            expected += TokenEstimator.Estimate(words);
        }

        Assert.InRange(counter.Tokens, expected * (100 - percent) / 100, expected * (100 + percent) / 100);
    }

    private static IEnumerable<(Interaction Interaction, Usage Usage)> TextOnly()
    {
        foreach (var interaction in Interaction.All().Where(i => !i.IsError && !NotTextOnly.Any(i.Has)))
        {
            if (interaction.Operation is Operation.ChatCompletions or Operation.Completions or Operation.Embeddings or Operation.Responses
                && ExpectedUsage.Last(interaction.ResponseBody, interaction.IsStream) is { } usage)
            {
                yield return (interaction, ExpectedUsage.Read(usage));
            }
        }
    }

    private static int EstimateOutput(Interaction interaction)
    {
        if (!interaction.IsStream)
            return ResponseInspector.EstimateOutput(interaction.ResponseBody, ResponseInspector.Inspect(interaction.Operation, interaction.ResponseBody, UsageRules.OpenAI).Model);
        var inspector = new StreamInspector(interaction.Operation, UsageRules.OpenAI);
        StreamReplay.Run(inspector, interaction.ResponseBody);
        return inspector.EstimatedOutputTokens;
    }

    private void Add(List<(string Provider, double Error)> errors, Interaction interaction, long estimated, long actual)
    {
        var error = (double)(estimated - actual) / actual;
        errors.Add((interaction.Provider + " " + interaction.Endpoint, error));
        if (Environment.GetEnvironmentVariable("AIGATEWAY_TEST_VERBOSE") == "1")
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{interaction.Id} {estimated} {actual} {error:+0%;-0%} {string.Join(' ', interaction.Json.GetProperty("features").EnumerateArray())}"));
    }

    private void Judge(List<(string Provider, double Error)> errors, int atLeast)
    {
        foreach (var provider in errors.GroupBy(e => e.Provider, StringComparer.Ordinal))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{provider.Key,-32} {provider.Count(),4} median |error| {Median(provider.Select(e => Math.Abs(e.Error))):P1}, bias {Median(provider.Select(e => e.Error)):P1}"));
        var median = Median(errors.Select(e => Math.Abs(e.Error)));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"all",-32} {errors.Count,4} median |error| {median:P1}"));

        Assert.True(errors.Count >= atLeast, $"Only {errors.Count} compared.");
        Assert.InRange(median, 0, 0.10);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
