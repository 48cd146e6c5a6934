using System.Text;
using System.Text.Json;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>Compares what a client got with what was recorded.</summary>
internal static class MatrixComparison
{
    /// <summary>Notes every comparison in the result.</summary>
    /// <param name="result">Takes them.</param>
    /// <param name="answer">What the client got.</param>
    /// <param name="record">The gateway's record; undefined for errors.</param>
    public static void Compare(MatrixResult result, ReceivedAnswer answer, JsonElement record)
    {
        var exchange = result.Exchange;
        if (exchange.Status >= 400)
        {
            MatrixErrors.Compare(result, answer);
            return;
        }
        if (MatrixSelection.Breaks(exchange))
        {
            MatrixErrors.CompareBroken(result, answer);
            return;
        }
        result.Check("status", answer.Status == exchange.Status && !answer.IsBroken, $"{answer.Status}{(answer.IsBroken ? ", broken off" : "")}: {Clip(answer.Text)}");
        if (answer.Status != exchange.Status)
            return;
        var expected = MatrixAnswer.Read(MatrixSelection.SourceOf(exchange)!.Value, exchange.ResponseBody, exchange.AnswerIsStream);
        if (MatrixSelection.Passes(exchange, result.Client))
        {
            CompareBytes(result, answer);
        }
        else
        {
            CompareAnswers(result, expected.Response, MatrixAnswer.Read(result.Client, answer.Body, exchange.Stream));
        }
        CompareRecord(result, expected.Response.Usage, record);
    }

    /// <summary>The first words of a text.</summary>
    public static string Clip(string text) => text.Length <= 240 ? text : text[..240] + "…";

    /// <summary>Where two texts part.</summary>
    public static string Difference(string expected, string actual)
    {
        var same = 0;
        while (same < expected.Length && same < actual.Length && expected[same] == actual[same])
            same++;
        var from = Math.Max(0, same - 30);
        return $"at {same}: '{Clip(expected[from..])}' became '{Clip(actual[from..])}'";
    }

    private static void CompareBytes(MatrixResult result, ReceivedAnswer answer)
    {
        var exchange = result.Exchange;
        var (expected, actual) = (Encoding.UTF8.GetString(exchange.ResponseBody), answer.Text);
        if (result.Client is Dialect.OpenAIChat or Dialect.OpenAIResponses)
        {
            expected = ExpectedAnswer.Of(exchange);
            actual = result.Client == Dialect.OpenAIResponses ? ExpectedAnswer.Unseal(actual, expected, exchange.AnswerIsStream)
                : exchange.AnswerIsStream ? ExpectedAnswer.WithoutCost(actual, expected) : actual;
        }
        result.Check("bytes", expected == actual, Difference(expected, actual));
    }

    private static void CompareAnswers(MatrixResult result, ChatResponse expected, MatrixAnswer actual)
    {
        result.Check("well-formed", actual.IsComplete, actual.HasError ? "an error in the stream" : "no closing event");
        var (wanted, got) = (expected.Candidates, actual.Response.Candidates);
        if (wanted.Count > 1)
            result.Check("n", wanted.Count == got.Count, $"{wanted.Count} answers became {got.Count}");
        for (var i = 0; i < Math.Min(wanted.Count, Math.Max(got.Count, 1)); i++)
        {
            var (left, right) = (wanted[i], i < got.Count ? got[i] : new ChatCandidate());
            CompareTexts(result, "text", MatrixAnswer.TextOf(left), MatrixAnswer.TextOf(right));
            CompareTexts(result, "tool calls", MatrixAnswer.CallsOf(left), MatrixAnswer.CallsOf(right));
            CompareTexts(result, "sources", MatrixAnswer.SourcesOf(left), MatrixAnswer.SourcesOf(right));
            CompareTexts(result, "media", MatrixAnswer.MediaOf(left), MatrixAnswer.MediaOf(right));
            CompareTexts(result, "logprobs", MatrixAnswer.LogprobsOf(left), MatrixAnswer.LogprobsOf(right));
            CompareTexts(result, "thinking", MatrixAnswer.ThoughtsOf(left), MatrixAnswer.ThoughtsOf(right));
            var finish = MatrixFinish.ExpectedOf(result.Client, left);
            var said = MatrixFinish.Settled(right);
            result.Check("finish", finish == said, $"{left.Finish} ({left.NativeFinish}) became {said} ({right.NativeFinish}), not {finish}");
        }
        if (expected.Usage is { } usage)
        {
            var (left, right) = (Sayable(result.Client, usage), Sayable(result.Client, actual.Response.Usage ?? new Usage()));
            result.Check("usage", left == right, $"{left} became {right}");
        }
    }

    private static void CompareTexts(MatrixResult result, string feature, string expected, string actual)
    {
        if (expected.Length > 0 || actual.Length > 0)
            result.Check(feature, expected == actual, Difference(expected, actual));
    }

    /// <summary>What of the usage a client's dialect can say.</summary>
    private static string Sayable(Dialect client, Usage usage) => client == Dialect.Anthropic
        ? $"input {usage.InputTokens}, cached {usage.CachedInputTokens}, written {usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens}, output {usage.OutputTokens}"
        : $"input {usage.InputTokens}, cached {usage.CachedInputTokens}, output {usage.OutputTokens}, reasoning {usage.ReasoningTokens}";

    private static void CompareRecord(MatrixResult result, Usage? expected, JsonElement record)
    {
        if (expected is null)
            return;
        var usage = record.TryGetProperty("usage", out var found) ? found : default;
        (string Name, long Count)[] counts =
        [
            ("input_tokens", expected.InputTokens), ("output_tokens", expected.OutputTokens), ("cached_input_tokens", expected.CachedInputTokens),
            ("cache_write_tokens", expected.CacheWriteTokens), ("cache_write_1h_tokens", expected.CacheWrite1hTokens), ("cache_write_12h_tokens", expected.CacheWrite12hTokens),
            ("reasoning_tokens", expected.ReasoningTokens), ("audio_input_tokens", expected.AudioInputTokens), ("audio_output_tokens", expected.AudioOutputTokens),
        ];
        var wrong = counts.Where(count => Number(usage, count.Name) != count.Count).Select(count => $"{count.Name} {count.Count} became {Number(usage, count.Name)}").ToList();
        result.Check("record", wrong.Count == 0, string.Join(", ", wrong));
    }

    private static long Number(JsonElement usage, string name) =>
        usage.ValueKind == JsonValueKind.Object && usage.TryGetProperty(name, out var value) ? value.GetInt64() : 0;
}
