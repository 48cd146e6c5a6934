using System.Text;
using AiGateway.Protocols.Batches;

namespace AiGateway.Protocols.Tests.Batches;

/// <summary>What the lines of a result say, of both providers, however they are cut.</summary>
public sealed class BatchOutputTests
{
    private const string OpenAI = """
        {"id":"batch_req_1","custom_id":"a","response":{"status_code":200,"request_id":"r","body":{"id":"chatcmpl-1","model":"gpt-4o-2024-08-06","choices":[{"message":{"content":"{\"usage\":{}}"}}],"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4}}}},"error":null}
        {"custom_id":"b","response":{"status_code":400,"body":{"error":{"message":"no"},"usage":{"prompt_tokens":10}}},"error":null}
        {"custom_id":"c","response":null,"error":{"code":"batch_expired","message":"late"}}
        {"custom_id":"d","response":{"status_code":200,"body":{"object":"response","model":"gpt-5","usage":{"input_tokens":7,"output_tokens":3,"output_tokens_details":{"reasoning_tokens":2}}}},"error":null}
        {"custom_id":"e","response":{"status_code":200,"body":{"model":"gpt-5"}},"error":null}
        {"custom_id":"f","response":{"status_code":200,"bo
        """;

    private const string Anthropic = """
        {"custom_id":"a","result":{"type":"succeeded","message":{"id":"msg_1","model":"claude-sonnet-4-5","usage":{"input_tokens":10,"cache_read_input_tokens":4,"cache_creation_input_tokens":2,"output_tokens":5,"service_tier":"batch"}}}}
        {"custom_id":"b","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"no"}}}}
        {"custom_id":"c","result":{"type":"expired"}}
        {"custom_id":"d","result":{"type":"canceled"}}
        """;

    [Fact]
    public void OpenAIsLines_GiveUsageFailureOrNeither()
    {
        BatchResult[] expected =
        [
            new(false, new Usage { InputTokens = 10, OutputTokens = 5, CachedInputTokens = 4 }, "gpt-4o-2024-08-06"),
            new(true, new Usage { InputTokens = 10 }, null),
            new(true, null, null),
            new(false, new Usage { InputTokens = 7, OutputTokens = 3, ReasoningTokens = 2 }, "gpt-5"),
            new(false, null, "gpt-5"),
            default,
        ];
        var bytes = Encoding.UTF8.GetBytes(OpenAI);
        for (var cut = 0; cut <= bytes.Length; cut += 3)
            Assert.Equal(expected, Read(bytes, cut, isAnthropic: false));
    }

    [Fact]
    public void AnthropicsLines_GiveUsageOrFailure()
    {
        BatchResult[] expected =
        [
            new(false, new Usage { InputTokens = 16, OutputTokens = 5, CachedInputTokens = 4, CacheWriteTokens = 2 }, "claude-sonnet-4-5"),
            new(true, null, null), new(true, null, null), new(true, null, null),
        ];
        var bytes = Encoding.UTF8.GetBytes(Anthropic);
        for (var cut = 0; cut <= bytes.Length; cut += 3)
            Assert.Equal(expected, Read(bytes, cut, isAnthropic: true));
    }

    [Fact]
    public void Object_TellsItsIdsAndItsEnd()
    {
        var json = """{"object":"batch","id":"batch_1","input_file_id":"file-i","output_file_id":null,"error_file_id":"file-e","status":"expired","model":"gpt-5","errors":{"data":[{"id":"no"}]},"request_counts":{"total":5,"completed":3,"failed":2},"usage":{"input_tokens":9,"output_tokens":4,"input_tokens_details":{"cached_tokens":1}},"metadata":{"output_file_id":"no"}}"""u8;
        var read = ProviderObject.Read(json, UsageRules.OpenAI)!;
        Assert.Equal("\"batch_1\"", Encoding.UTF8.GetString(read.Id.Of(json)));
        Assert.Equal("\"file-i\"", Encoding.UTF8.GetString(read.InputFile.Of(json)));
        Assert.Equal("\"file-e\"", Encoding.UTF8.GetString(read.ErrorFile.Of(json)));
        Assert.False(read.OutputFile.Exists);
        Assert.True(read.IsEnded);
        Assert.Equal((3, 2), read.Requests);
        Assert.Equal("gpt-5", read.Model);
        Assert.Equal(new Usage { InputTokens = 9, OutputTokens = 4, CachedInputTokens = 1 }, read.Usage);

        Assert.Null(ProviderObject.Read("""{"object":"batch"}"""u8, UsageRules.OpenAI));
        Assert.Null(ProviderObject.Read("""{"id":"a"} x"""u8, UsageRules.OpenAI));
        Assert.Null(ProviderObject.Read("[]"u8, UsageRules.OpenAI));
    }

    private static List<BatchResult> Read(byte[] bytes, int cut, bool isAnthropic)
    {
        var results = new List<BatchResult>();
        using var output = new BatchOutput(isAnthropic, UsageRules.OpenAI, results.Add);
        output.Append(bytes.AsSpan(0, cut));
        output.Append(bytes.AsSpan(cut));
        output.Finish();
        return results;
    }
}
