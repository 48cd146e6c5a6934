using System.Globalization;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>Pins that a chat answer without usage is metered by an estimate, marked as such, near what the provider counted.</summary>
[Collection(RecordedCollection.Name)]
public sealed class RecordedEstimateTests(RecordedGateway gateway, ITestOutputHelper output)
{
    private const double HighestMedian = 0.10;

    /// <summary>Input that is not text, or that the provider adds itself: nobody could know its tokens from the request.</summary>
    private static readonly string[] NotTextOnly =
    [
        "vision", "audio_input", "video_input", "document_input", "audio_output", "image_output", "server_tools", "web_search",
        "code_execution", "file_search", "mcp", "image_generation", "tool_search", "server_state", "error_in_200", "no_terminal_event", "response_only",
    ];

    [Fact]
    public async Task UsageIsStrippedFromChatAnswers_EstimatesAreWithinTenPercentInTheMedian()
    {
        RecordedTraffic.FolderOrSkip();
        var input = new List<double>();
        var outputErrors = new List<double>();
        foreach (var exchange in gateway.Exchanges.Values.Where(exchange => exchange.Endpoint == "chat.completions" && exchange.Status < 400 && !NotTextOnly.Any(exchange.Features.Contains)))
        {
            if (ProviderUsage.Last(exchange) is not { } reported)
                continue;
            var answer = await gateway.SendAsync(exchange, answeredBy: UsageStripper.IdOf(exchange.Id));
            var record = await gateway.RecordAsync(answer.RequestId);
            var usage = record.GetProperty("usage");
            Assert.True(usage.GetProperty("estimated").GetBoolean(), exchange.Id);

            var counts = ProviderUsage.Counts(reported);
            // Reasoning that is not shown cannot be counted.
            var visible = counts.GetValueOrDefault("output_tokens") - (exchange.Features.Contains("reasoning_output") ? 0 : counts.GetValueOrDefault("reasoning_tokens"));
            if (counts.GetValueOrDefault("input_tokens") is > 0 and var tokens)
                input.Add(Error(usage.GetProperty("input_tokens").GetInt64(), tokens));
            if (visible > 0)
                outputErrors.Add(Error(usage.GetProperty("output_tokens").GetInt64(), visible));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"input {input.Count} median {Median(input):P1}, output {outputErrors.Count} median {Median(outputErrors):P1}"));
        Assert.True(input.Count > 120 && outputErrors.Count > 120, $"Only {input.Count} and {outputErrors.Count} compared.");
        Assert.InRange(Median(input), 0, HighestMedian);
        Assert.InRange(Median(outputErrors), 0, HighestMedian);
    }

    private static double Error(long estimated, long actual) => Math.Abs((double)(estimated - actual) / actual);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
