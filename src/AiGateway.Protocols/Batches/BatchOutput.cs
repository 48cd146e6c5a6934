using System.Text.Json;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Batches;

/// <summary>Reads a batch's result as it passes by: OpenAI's output file or Anthropic's results, one answer a line.</summary>
/// <remarks>Sources: <c>platform.openai.com/docs/api-reference/batch/request-output</c>, <c>platform.claude.com/docs/en/api/retrieving-message-batch-results</c>.</remarks>
/// <param name="isAnthropic">Whether it is Anthropic's.</param>
/// <param name="rules">How the provider counts.</param>
/// <param name="onResult">Gets each line.</param>
public sealed class BatchOutput(bool isAnthropic, UsageRules rules, Action<BatchResult> onResult) : JsonLines(LongestLine)
{
    /// <summary>Longest line that is read: pictures in base64 are of some megabytes.</summary>
    public const int LongestLine = 64 * 1024 * 1024;

    protected override void OnLongLine() => onResult(default);

    protected override void OnLine(ReadOnlySpan<byte> line, long start)
    {
        BatchResult result;
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException();
            result = isAnthropic ? OfAnthropic(ref reader) : OfOpenAI(ref reader);
            reader.Read();
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            result = default;
        }
        onResult(result);
    }

    private BatchResult OfOpenAI(ref Utf8JsonReader reader)
    {
        Usage? usage = null;
        string? model = null;
        var failed = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isResponse = reader.ValueTextEquals("response"u8);
            var isError = reader.ValueTextEquals("error"u8);
            reader.Read();
            failed |= isError && reader.TokenType != JsonTokenType.Null;
            if (isResponse && reader.TokenType == JsonTokenType.StartObject)
                ReadResponse(ref reader, ref failed, ref usage, ref model);
            else
                reader.Skip();
        }
        return new BatchResult(failed, usage, model);
    }

    private void ReadResponse(ref Utf8JsonReader reader, ref bool failed, ref Usage? usage, ref string? model)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isStatus = reader.ValueTextEquals("status_code"u8);
            var isBody = reader.ValueTextEquals("body"u8);
            reader.Read();
            if (isStatus && reader.TokenType == JsonTokenType.Number)
                failed |= !reader.TryGetInt32(out var status) || status >= 300;
            if (isBody && reader.TokenType == JsonTokenType.StartObject)
                ReadAnswer(ref reader, ref usage, ref model);
            else
                reader.Skip();
        }
    }

    private void ReadAnswer(ref Utf8JsonReader reader, ref Usage? usage, ref string? model)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = reader.ValueTextEquals("usage"u8);
            var isModel = reader.ValueTextEquals("model"u8);
            reader.Read();
            if (isUsage && isAnthropic && reader.TokenType == JsonTokenType.StartObject)
            {
                using var counts = JsonDocument.ParseValue(ref reader);
                usage = AnthropicUsage.Of(counts.RootElement);
            }
            else if (isUsage)
            {
                usage = UsageReader.Read(ref reader, rules);
            }
            else
            {
                model = isModel && reader.TokenType == JsonTokenType.String ? reader.GetString() : model;
                reader.Skip();
            }
        }
    }

    private BatchResult OfAnthropic(ref Utf8JsonReader reader)
    {
        Usage? usage = null;
        string? model = null;
        var failed = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isResult = reader.ValueTextEquals("result"u8);
            reader.Read();
            if (!isResult || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isType = reader.ValueTextEquals("type"u8);
                var isMessage = reader.ValueTextEquals("message"u8);
                reader.Read();
                if (isType)
                    failed = !(reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("succeeded"u8));
                if (isMessage && reader.TokenType == JsonTokenType.StartObject)
                    ReadAnswer(ref reader, ref usage, ref model);
                else
                    reader.Skip();
            }
        }
        return new BatchResult(failed, usage, model);
    }
}
