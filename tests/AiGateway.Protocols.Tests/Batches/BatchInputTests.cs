using System.Text;
using AiGateway.Protocols.Batches;

namespace AiGateway.Protocols.Tests.Batches;

/// <summary>Where requests name their model is found however the bytes are cut, and nothing that could be read in two ways passes.</summary>
public sealed class BatchInputTests
{
    private const string File = "\uFEFF{\"custom_id\":\"a\",\"body\":{\"model\":\"gpt\\u002d4o\",\"messages\":[{\"content\":\"{\\\"model\\\":\\\"x\\\"}\"}]}}\r\n\r\n  {\"body\": { \"metadata\":{\"model\":\"no\"}, \"model\" : \"gpt-4o\" }, \"x\":{\"body\":{\"model\":\"no\"}}}\n{\"body\":{\"model\":\"gpt-4o\"}}";
    private const string Messages = """{"x":{"requests":[{"params":{"model":"no"}}]},"requests":[{"custom_id":"a","params":{"messages":[{"content":"\"model\":"}],"metadata":{"model":"no"},"model":"claude"}},{"params":{"model":"cl\u0061ude"},"custom_id":"b","other":{"model":"no"}}],"more":[1]}""";

    [Fact]
    public void EverySplit_FindsTheSameModels()
    {
        var bytes = Encoding.UTF8.GetBytes(File);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            using var input = new BatchInput(1000, 10);
            input.Append(bytes.AsSpan(0, cut));
            input.Append(bytes.AsSpan(cut));
            input.Finish();

            Assert.Null(input.Defect);
            Assert.Equal("gpt-4o", input.Model);
            Assert.Equal(["\"gpt\\u002d4o\"", "\"gpt-4o\"", "\"gpt-4o\""], input.Models.Select(range => Encoding.UTF8.GetString(range.Of(bytes))));
        }
    }

    [Fact]
    public void EverySplitOfAMessageBatch_FindsTheSameModels()
    {
        var bytes = Encoding.UTF8.GetBytes(Messages);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            using var input = new MessageBatchInput(1000, 10);
            input.Append(bytes.AsSpan(0, cut));
            input.Append(bytes.AsSpan(cut));
            input.Finish();

            Assert.Null(input.Defect);
            Assert.Equal("claude", input.Model);
            Assert.Equal(["\"claude\"", "\"cl\\u0061ude\""], input.Models.Select(range => Encoding.UTF8.GetString(range.Of(bytes))));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void SmallPieces_FindTheSameModels(int size)
    {
        using var input = new MessageBatchInput(1000, 10);
        foreach (var piece in Encoding.UTF8.GetBytes(Messages).Chunk(size))
            input.Append(piece);
        input.Finish();
        Assert.Null(input.Defect);
        Assert.Equal(2, input.Models.Count);
    }

    [Theory]
    [InlineData("""{"body":{"model":"a"}} {"body":{"model":"b"}}""", "Line 1 of the file is not a valid JSON object.")]
    [InlineData("""{"body":null}""", "Line 1 of the file has a 'body' that is not an object.")]
    [InlineData("{\"body\":{\"model\":\"a\"}}\n{\"body\":{\"model\":\"a\"}}\n{\"body\":{\"model\":\"a\"}}\n{\"body\":{\"model\":\"a\"}}", "The file has more than 3 requests.")]
    [InlineData("{\"body\":{\"model\":\"a\"}}\n{\"body\":{\"model\":\"a\",\"input\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}}", "Line 2 of the file is longer than 100 bytes.")]
    public void DefectiveFile_IsRefused(string file, string defect)
    {
        using var input = new BatchInput(100, 3);
        input.Append(Encoding.UTF8.GetBytes(file));
        input.Finish();
        Assert.Equal(defect, input.Defect);
    }

    [Fact]
    public void InvalidUtf8_IsRefused()
    {
        using var input = new BatchInput(100, 3);
        input.Append([.. "{\"body\":{\"model\":\"a\",\"user\":\""u8, 0xC3, 0x28, .. "\"}}"u8]);
        input.Finish();
        Assert.Equal("Line 1 of the file is not valid UTF-8.", input.Defect);
    }

    [Fact]
    public void MoreMessagesThanAllowed_AndTextsBeyondTheBound_AreRefused()
    {
        using var many = new MessageBatchInput(1000, 1);
        many.Append(Encoding.UTF8.GetBytes(Messages));
        Assert.Equal("'requests' has more than 1 requests.", many.Defect);

        using var large = new MessageBatchInput(100_000, 1);
        large.Append("{\"requests\":[{\"params\":{\"system\":\""u8);
        for (var i = 0; i < 40 && large.Defect is null; i++)
            large.Append(Encoding.ASCII.GetBytes(new string('x', 10_000)));
        Assert.Equal("A text in the body is longer than 100000 bytes.", large.Defect);
    }

    [Fact]
    public void MutatedInput_NeverThrows()
    {
        var random = new Random(4711);
        foreach (var sample in new[] { File, Messages })
        {
            for (var round = 0; round < 3000; round++)
            {
                var bytes = Encoding.UTF8.GetBytes(sample);
                for (var i = random.Next(1, 4); i > 0; i--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                var cut = random.Next(bytes.Length);
                using var lines = new BatchInput(1000, 10);
                lines.Append(bytes.AsSpan(0, cut));
                lines.Append(bytes.AsSpan(cut));
                lines.Finish();
                using var messages = new MessageBatchInput(1000, 10);
                messages.Append(bytes.AsSpan(0, cut));
                messages.Append(bytes.AsSpan(cut));
                messages.Finish();
                using var output = new BatchOutput(round % 2 == 0, UsageRules.OpenAI, static _ => { });
                output.Append(bytes);
                output.Finish();
                ProviderObject.Read(bytes, UsageRules.OpenAI);
                BatchCreation.Read(bytes, out _, out _);
            }
        }
    }
}
