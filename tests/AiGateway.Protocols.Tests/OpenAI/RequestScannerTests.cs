using System.Text;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.OpenAI;

/// <summary>Pins what one scan finds in a request, and that no defect of a body escapes as anything but a returned error.</summary>
public sealed class RequestScannerTests
{
    private const string Rich = """
        {
          "model": "gpt-\u0034o",
          "messages": [
            {"role": "system", "content": "You are terse."},
            {"role": "user", "content": [
              {"type": "text", "text": "What is this?"},
              {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}},
              {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]},
            {"role": "assistant", "content": null, "tool_calls": [
              {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{\"at\":\"it\"}"}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "A cat."}
          ],
          "tools": [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}],
          "stream": true,
          "stream_options": {"include_usage": true},
          "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
          "user": "u-1",
          "metadata": {"team": "blue", "n": 3, "note": "a\nb"},
          "max_tokens": 10, "max_completion_tokens": 20, "n": 2,
          "unknown": [1, {"model": "other"}]
        }
        """;

    [Theory]
    [InlineData("""{"model":"m","prompt":"p"}""", "1024x1024", "standard")]
    [InlineData("""{"model":"m","prompt":"p","size":"auto","quality":"auto"}""", "1024x1024", "standard")]
    [InlineData("""{"model":"m","prompt":"p","size":"1024x1792","quality":"hd"}""", "1024x1792", "hd")]
    [InlineData("""{"model":"m","prompt":"p","size":7,"quality":["hd"]}""", "1024x1024", "standard")]
    public void SizeAndQualityOfImages_AreReadForTheirPrice(string body, string size, string quality)
    {
        Assert.Null(RequestScanner.Scan(Operation.ImageGenerations, System.Text.Encoding.UTF8.GetBytes(body), out var facts));

        Assert.Equal((size, quality), (facts.Terms?.Size, facts.Terms?.Quality));
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}],"web_search_options":{"a":[1],"search_context_size":"high"},"size":"x"}""", "high")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}],"web_search_options":{"search_context_size":"vast"}}""", null)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}],"web_search_options":null}""", null)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}],"web_search_options":["search_context_size"]}""", null)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}]}""", null)]
    public void SearchContextSize_IsReadForItsPrice(string body, string? size)
    {
        Assert.Null(RequestScanner.Scan(Operation.ChatCompletions, System.Text.Encoding.UTF8.GetBytes(body), out var facts));

        Assert.Equal(size, facts.Terms?.SearchContextSize);
    }

    [Theory]
    [InlineData(Operation.Messages, """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://a.example/x"}}]}]}""", true, false)]
    [InlineData(Operation.Messages, """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}]}]}""", true, false)]
    [InlineData(Operation.Messages, """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}]}]}""", false, false)]
    [InlineData(Operation.GenerateContent, """{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}]}""", true, false)]
    [InlineData(Operation.GenerateContent, """{"contents":[{"parts":[{"file_data":{"mime_type":"image/webp","file_uri":"https://a.example/x"}}]}]}""", true, false)]
    [InlineData(Operation.GenerateContent, """{"contents":[{"parts":[{"inline_data":{"mime_type":"audio/wav","data":"AAAA"}}]}]}""", false, true)]
    [InlineData(Operation.GenerateContent, """{"contents":[{"parts":[{"inlineData":{"mimeType":"application/pdf","data":"AAAA"}}]}]}""", false, false)]
    [InlineData(Operation.ChatCompletions, """{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA"}}]}]}""", false, false)]
    public void ImagesAndSound_AreSeenInEveryDialect(Operation operation, string body, bool images, bool audio)
    {
        Assert.Null(RequestScanner.Scan(operation, Encoding.UTF8.GetBytes(body), out var facts));
        Assert.Equal((images, audio), (facts.HasImages, facts.HasAudio));
        Assert.Equal(images, facts.EstimatedInputTokens > 700);
    }

    [Theory]
    [InlineData(Operation.Messages, """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}}}""", true)]
    [InlineData(Operation.Messages, """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"output_config":{"effort":"low"}}""", false)]
    [InlineData(Operation.GenerateContent, """{"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":9,"responseSchema":{"type":"OBJECT"}}}""", true)]
    [InlineData(Operation.GenerateContent, """{"contents":[{"parts":[{"text":"Hi"}]}],"generation_config":{"max_output_tokens":9,"response_json_schema":{"type":"object"}}}""", true)]
    [InlineData(Operation.GenerateContent, """{"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":9}}""", false)]
    public void SchemaAndBound_AreSeenInEveryDialect(Operation operation, string body, bool schema)
    {
        Assert.Null(RequestScanner.Scan(operation, Encoding.UTF8.GetBytes(body), out var facts));
        Assert.Equal(schema, facts.HasJsonSchema);
        Assert.Equal(9, facts.MaxOutputTokens);
    }

    [Fact]
    public void SingleToolOfGoogles_IsAListOfOne()
    {
        Assert.Null(RequestScanner.Scan(Operation.GenerateContent, """{"contents":[],"tools":{"functionDeclarations":[{"name":"f"}]}}"""u8.ToArray(), out var facts));
        Assert.True(facts.HasTools);
        Assert.NotNull(RequestScanner.Scan(Operation.ChatCompletions, """{"model":"m","messages":[],"tools":{"type":"function"}}"""u8.ToArray(), out _));
    }

    [Fact]
    public void RichChatRequest_FillsEveryFact()
    {
        var body = Encoding.UTF8.GetBytes(Rich);

        Assert.Null(RequestScanner.Scan(Operation.ChatCompletions, body, out var facts));

        Assert.Equal("gpt-4o", facts.Model);
        Assert.Equal("\"gpt-\\u0034o\"", Text(body, facts.ModelValue));
        Assert.True(facts.Stream);
        Assert.True(facts.IncludeUsage);
        Assert.Equal("{\"include_usage\": true}", Text(body, facts.StreamOptionsValue));
        Assert.Equal("true", Text(body, facts.IncludeUsageValue));
        Assert.False(facts.PreviousResponseIdValue.Exists);
        Assert.Equal(1, facts.InsertAt);
        Assert.False(facts.IsEmptyObject);
        Assert.Equal("u-1", facts.User);
        Assert.Equal([new("team", "blue"), new("note", "a\nb")], facts.Metadata);
        Assert.True(facts.HasTools);
        Assert.True(facts.HasImages);
        Assert.True(facts.HasAudio);
        Assert.True(facts.HasJsonSchema);
        Assert.Equal(20, facts.MaxOutputTokens);
        Assert.Equal(2, facts.Choices);
        Assert.InRange(facts.EstimatedInputTokens, 780, 900);
    }

    [Fact]
    public void ResponsesRequest_FillsItsOwnMembers()
    {
        var body = """{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"hi"},{"type":"input_image","image_url":"https://x/y.png"}]}],"previous_response_id":"resp_1","text":{"format":{"type":"json_schema","name":"n","schema":{}}},"max_output_tokens":7,"instructions":"Be kind."}"""u8;

        Assert.Null(RequestScanner.Scan(Operation.Responses, body, out var facts));

        Assert.Equal("\"resp_1\"", Encoding.UTF8.GetString(facts.PreviousResponseIdValue.Of(body)));
        Assert.True(facts.HasImages);
        Assert.True(facts.HasJsonSchema);
        Assert.Equal(7, facts.MaxOutputTokens);
    }

    [Fact]
    public void NullsWhereOpenAiAllowsThem_AreAccepted()
    {
        var body = """{"messages":[{"role":"user","content":"hi"}],"stream":null,"stream_options":null,"n":null,"max_tokens":null,"user":null,"metadata":null,"tools":null,"response_format":null}"""u8;

        Assert.Null(RequestScanner.Scan(Operation.ChatCompletions, body, out var facts));

        Assert.Null(facts.Model);
        Assert.False(facts.Stream);
        Assert.Equal("null", Encoding.UTF8.GetString(facts.StreamOptionsValue.Of(body)));
        Assert.Equal(1, facts.Choices);
        Assert.Null(facts.MaxOutputTokens);
    }

    [Fact]
    public void EmptyObject_IsSaidToBeEmpty()
    {
        Assert.Null(RequestScanner.Scan(Operation.Responses, " {} "u8, out var facts));

        Assert.True(facts.IsEmptyObject);
        Assert.Equal(2, facts.InsertAt);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("  ", null)]
    [InlineData("{", null)]
    [InlineData("{\"a\":", null)]
    [InlineData("nope", null)]
    [InlineData("[]", null)]
    [InlineData("\"x\"", null)]
    [InlineData("{} {}", null)]
    [InlineData("{}x", null)]
    [InlineData("{\"a\":1,}", null)]
    [InlineData("{\"model\":3}", "model")]
    [InlineData("{\"model\":null}", "model")]
    [InlineData("{\"model\":\"\"}", "model")]
    [InlineData("{\"model\":\"\\ud800\"}", "model")]
    [InlineData("{\"model\":\"a\",\"model\":\"b\"}", "model")]
    [InlineData("{\"model\":\"a\",\"mod\\u0065l\":\"b\"}", "model")]
    [InlineData("{\"stream\":true,\"stream\":false}", "stream")]
    [InlineData("{\"stream\":\"true\"}", "stream")]
    [InlineData("{\"stream_options\":[]}", "stream_options")]
    [InlineData("{\"stream_options\":{},\"stream_options\":{}}", "stream_options")]
    [InlineData("{\"stream_options\":{\"include_usage\":1}}", "stream_options.include_usage")]
    [InlineData("{\"stream_options\":{\"include_usage\":true,\"include_usage\":false}}", "stream_options.include_usage")]
    [InlineData("{\"previous_response_id\":1}", "previous_response_id")]
    [InlineData("{\"previous_response_id\":\"a\",\"previous_response_id\":\"b\"}", "previous_response_id")]
    [InlineData("{\"messages\":{}}", "messages")]
    [InlineData("{\"messages\":\"hi\"}", "messages")]
    [InlineData("{\"messages\":[]}", "messages")]
    [InlineData("{\"model\":\"m\"}", "messages")]
    [InlineData("{\"n\":0}", "n")]
    [InlineData("{\"n\":1.5}", "n")]
    [InlineData("{\"n\":\"1\"}", "n")]
    [InlineData("{\"n\":99999999999}", "n")]
    [InlineData("{\"max_tokens\":-1}", "max_tokens")]
    [InlineData("{\"max_tokens\":1.5}", "max_tokens")]
    [InlineData("{\"max_completion_tokens\":\"1\"}", "max_completion_tokens")]
    [InlineData("{\"tools\":{}}", "tools")]
    [InlineData("{\"metadata\":[]}", "metadata")]
    [InlineData("{\"user\":5}", "user")]
    public void DefectiveChatRequest_IsRefusedAndTheMemberNamed(string body, string? param)
    {
        var error = RequestScanner.Scan(Operation.ChatCompletions, Encoding.UTF8.GetBytes(body), out _);

        Assert.NotNull(error);
        Assert.Equal(param, error.Param);
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [InlineData(Operation.Completions, "prompt")]
    [InlineData(Operation.Embeddings, "input")]
    [InlineData(Operation.ImageGenerations, "prompt")]
    [InlineData(Operation.Speech, "input")]
    [InlineData(Operation.Moderations, "input")]
    [InlineData(Operation.Rerank, "query")]
    [InlineData(Operation.Responses, null)]
    public void MissingMember_IsNamedByOperation(Operation operation, string? missing)
    {
        var error = RequestScanner.Scan(operation, """{"model":"m"}"""u8, out _);

        Assert.Equal(missing, error?.Param);
        if (missing is not null)
            Assert.Equal("missing_required_parameter", error?.Code);
    }

    [Fact]
    public void RerankWithoutDocuments_IsRefused()
    {
        Assert.Equal("documents", RequestScanner.Scan(Operation.Rerank, """{"query":"q"}"""u8, out _)?.Param);
    }

    [Fact]
    public void NotUtf8_IsRefused()
    {
        Assert.Contains("UTF-8", RequestScanner.Scan(Operation.Responses, [(byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)':', (byte)'1', (byte)'}'], out _)?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DefectiveJson_NamesLineAndByte()
    {
        Assert.Equal("The request body is not valid JSON: line 2, byte 8.", RequestScanner.Scan(Operation.Responses, "{\n  \"a\": x}"u8, out _)?.Message);
    }

    /// <summary>What a half-read body seems to lack or to hold wrongly is not what is wrong with it.</summary>
    [Theory]
    [InlineData("{\"model\":", "line 1, byte 10.")]
    [InlineData("{\"messages\":[", "line 1, byte 14.")]
    [InlineData("{\"stream_options\":{\"include_usage\":tru}}", "line 1, byte 39.")]
    [InlineData("{\"metadata\":{\"a\"", "line 1, byte 17.")]
    [InlineData("{}{}", "line 1, byte 3.")]
    [InlineData("\uFEFF{}", "line 1, byte 1.")]
    public void DefectInsideMember_IsSaidBeforeAnythingElse(string body, string where)
    {
        var error = RequestScanner.Scan(Operation.ChatCompletions, Encoding.UTF8.GetBytes(body), out _);

        Assert.Equal("The request body is not valid JSON: " + where, error?.Message);
        Assert.Null(error?.Param);
    }

    [Fact]
    public void DeepNesting_IsRefusedAsSuch()
    {
        var deep = Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 100) + new string(']', 100) + "}");

        Assert.Equal("The request body is nested too deeply (64 levels at most): line 1, byte 69.", RequestScanner.Scan(Operation.Responses, deep, out _)?.Message);
    }

    [Fact]
    public void SpeechInput_IsCountedInCharacters()
    {
        Assert.Null(RequestScanner.Scan(Operation.Speech, """{"input":"a\u00e9\ud83d\ude00\n","model":"tts-1","voice":"x"}"""u8, out var facts));

        Assert.Equal(4, facts.InputCharacters);
    }

    [Fact]
    public void TokenIdsAsInput_CountOneEach()
    {
        Assert.Null(RequestScanner.Scan(Operation.Embeddings, """{"input":[[1,2,3],[4,5]],"model":"e"}"""u8, out var facts));

        Assert.Equal(5, facts.EstimatedInputTokens);
    }

    [Fact]
    public void EncodedData_IsNotCountedAsText()
    {
        var data = new string('A', 10_000);
        var body = Encoding.UTF8.GetBytes($$"""{"input":[{"role":"user","content":[{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,{{data}}"},{"type":"input_text","text":"data:text/plain;base64,{{data}}"}]}]}""");

        Assert.Null(RequestScanner.Scan(Operation.Responses, body, out var facts));

        Assert.InRange(facts.EstimatedInputTokens, 1, 20);
    }

    [Fact]
    public void Metadata_IsBounded()
    {
        var many = string.Join(',', Enumerable.Range(0, 40).Select(i => $"\"k{i}\":\"v\""));
        var body = Encoding.UTF8.GetBytes($$"""{"metadata":{"{{new string('k', 65)}}":"v","long":"{{new string('v', 513)}}",{{many}} } }""");

        Assert.Null(RequestScanner.Scan(Operation.Responses, body, out var facts));

        Assert.Equal(16, facts.Metadata?.Count);
        Assert.Equal("k0", facts.Metadata?[0].Key);
    }

    private static string Text(byte[] body, ByteRange range) => Encoding.UTF8.GetString(range.Of(body));

    [Theory]
    [InlineData(Operation.ChatCompletions, """{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-a"}},{"type":"text","text":"\"file_id\":\"no\""}]}],"metadata":{"file_id":"no"}}""", "\"file-a\"")]
    [InlineData(Operation.Responses, """{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_id":"file-a"},{"type":"input_image","file_id":"file-b"}]}]}""", "\"file-a\" \"file-b\"")]
    [InlineData(Operation.Messages, """{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"file","file_id":"file_a"}},{"type":"container_upload","file_id":"file_b"}]}]}""", "\"file_a\" \"file_b\"")]
    [InlineData(Operation.Messages, """{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"document","source":{"file_id":null}}]}]}""", "")]
    public void FilesOfAConversation_AreFoundWhereTheyStand(Operation operation, string body, string expected)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        Assert.Null(RequestScanner.Scan(operation, bytes, out var facts));
        Assert.Equal(expected, string.Join(' ', facts.FileIds.Select(range => System.Text.Encoding.UTF8.GetString(range.Of(bytes)))));
    }
}
