using System.Text;

namespace AiGateway.Tests.Accounting.Lines;

public class BadUsageLineTests
{
    private const string Good = """{"provider":"openai","model":"o3","api":"chat.completions","at":"2026-11-21T12:00:00Z","usage":{"prompt_tokens":10,"completion_tokens":5}}""";

    [Theory]
    [InlineData("nonsense", "the line is not valid JSON at byte 1")]
    [InlineData("{\"provider\":", "the line is not valid JSON")]
    [InlineData("[1]", "the line is not a JSON object")]
    [InlineData("null", "the line is not a JSON object")]
    [InlineData("{}", "'provider' is missing")]
    [InlineData("""{"provider":"openai","model":"o3","api":"responses","usage":{}}""", "'at' is missing")]
    [InlineData("""{"provider":"openai","model":"o3","api":"responses","at":"2026-11-21"}""", "'usage' is missing")]
    [InlineData("""{"provider":"openai","api":"responses","at":"2026-11-21","usage":{}}""", "'model' is missing")]
    [InlineData("""{"provider":"openai","model":"","api":"responses","at":"2026-11-21","usage":{}}""", "'model' is missing")]
    [InlineData("""{"provider":"openai","model":"o3","at":"2026-11-21","usage":{}}""", "'api' is missing")]
    [InlineData("""{"provider":3,"model":"o3","api":"responses","at":"2026-11-21","usage":{}}""", "'provider' must be a string")]
    [InlineData("""{"provider":"openai","model":"o3","api":"responses","at":"yesterday","usage":{}}""", "'at' must be a time")]
    [InlineData("""{"provider":"openai","model":"o3","api":"responses","at":1763726400,"usage":{}}""", "'at' must be a time")]
    [InlineData("""{"provider":"openai","model":"o3","api":"responses","at":"2026-13-41","usage":{}}""", "'at' must be a time")]
    [InlineData("""{"provider":"openai","model":"o3","api":"responses","at":"2026-11-21","usage":[]}""", "'usage' must be an object")]
    [InlineData("""{"provider":"openai","model":"o3","api":"responses","at":"2026-11-21","usage":{},"batch":"yes"}""", "'batch' must be true or false")]
    [InlineData("""{"id":{},"provider":"openai","model":"o3","api":"responses","at":"2026-11-21","usage":{}}""", "'id' must be a string or a number")]
    public void BadLine_SaysWhatIsWrong(string line, string error)
    {
        Assert.StartsWith(error, PricedLine.Price(line).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1", "is negative")]
    [InlineData("-1e-30", "is negative")]
    [InlineData("1000000000001", "is larger than 1000000000000")]
    [InlineData("1e30", "is larger than")]
    [InlineData("1e400", "is larger than")]
    [InlineData("1.5", "is not a whole number")]
    [InlineData("\"NaN\"", "is not a number that can be counted")]
    [InlineData("\"Infinity\"", "is not a number that can be counted")]
    [InlineData("\"ten\"", "is not a number that can be counted")]
    [InlineData("true", "is not a number that can be counted")]
    [InlineData("[]", "is not a number that can be counted")]
    [InlineData("NaN", "the line is not valid JSON")]
    public void BadCount_IsAnError_AndNeverMoney(string count, string error)
    {
        Assert.Contains(error, PricedLine.Price("openai", "o3", "chat.completions", $$"""{"prompt_tokens":{{count}},"completion_tokens":5}""").GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains(error, PricedLine.Price("anthropic", "claude-opus-5-5", "messages", $$"""{"input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":{{count}}},"output_tokens":5}""").GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains(error, PricedLine.Price("google", "gemini-2.5-pro", "generateContent", $$"""{"promptTokenCount":1,"thoughtsTokenCount":{{count}}}""").GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0")]
    [InlineData("1e1")]
    [InlineData("\"10\"")]
    [InlineData("1.0E+1")]
    public void WholeNumber_HoweverWritten_IsCounted(string count)
    {
        var expected = PricedLine.CostOf(PricedLine.Price(Good));

        Assert.Equal(expected, PricedLine.CostOf(PricedLine.Price("openai", "o3", "chat.completions", $$"""{"prompt_tokens":{{count}},"completion_tokens":5}""")));
        Assert.Equal(
            PricedLine.CostOf(PricedLine.Price("cohere", "command-a-03-2025", "chat", """{"billed_units":{"input_tokens":10}}""")),
            PricedLine.CostOf(PricedLine.Price("cohere", "command-a-03-2025", "chat", $$$"""{"billed_units":{"input_tokens":{{{count}}}}}""")));
    }

    [Theory]
    [InlineData("""{"n":-1}""")]
    [InlineData("""{"n":1.5}""")]
    [InlineData("""{"n":1e400}""")]
    [InlineData("""{"n":"many"}""")]
    [InlineData("""{"seconds":-1}""")]
    [InlineData("""{"characters":1e13}""")]
    [InlineData("""{"search_context_size":"huge"}""")]
    public void BadAmountInTheRequest_IsAnError(string request)
    {
        Assert.True(PricedLine.Price("openai", "o3", "responses", """{"input_tokens":1}""", $$""","request":{{request}}""").TryGetProperty("error", out _));
    }

    [Fact]
    public void TextThatIsNoText_IsAnError()
    {
        var line = Encoding.UTF8.GetBytes(Good);
        line[line.AsSpan().IndexOf("o3"u8)] = 0xFF;

        Assert.True(PricedLine.Price(line).TryGetProperty("error", out _));
        Assert.True(PricedLine.Price(Good.Replace("\"o3\"", "\"\\ud800\"", StringComparison.Ordinal)).TryGetProperty("error", out _));
        Assert.True(PricedLine.Price(Good.Replace("\"o3\"", '"' + new string('m', 2000) + '"', StringComparison.Ordinal)).TryGetProperty("error", out _));
    }

    [Fact]
    public void AnyByteOfALineChanged_ThrowsNothing()
    {
        var random = new Random(11);
        var line = Encoding.UTF8.GetBytes(Good);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = line.ToArray();
            for (var j = random.Next(1, 4); j > 0; j--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }
            // A line end cannot stand in a line.
            changed.AsSpan().Replace((byte)'\n', (byte)' ');
            var output = PricedLine.Price(changed);
            Assert.True(output.TryGetProperty("cost_usd", out _) || output.TryGetProperty("unpriced", out _) || output.TryGetProperty("error", out _));
        }
    }
}
