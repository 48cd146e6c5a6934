using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>Requests of the dialect's own callers, read and written again.</summary>
public sealed class ChatRequestTests
{
    [Theory]
    [InlineData("""{"model":"target","messages":[{"role":"developer","content":"Be brief."},{"role":"user","name":"ann","content":[{"type":"text","text":"What is it?","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"image_url","image_url":{"url":"https://x.test/a.png","detail":"low"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0K"}},{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}},{"type":"file","file":{"file_id":"file-1"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0=","filename":"a.pdf"}},{"type":"video_url","video_url":{"url":"https://x.test/a.mp4"}},{"type":"odd","odd":1}]}]}""")]
    [InlineData("""{"model":"target","messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":"}},{"id":"call_2","type":"custom","custom":{"name":"g","input":"free text"}}]},{"role":"tool","tool_call_id":"call_1","content":"1"},{"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"2"}]}]}""")]
    [InlineData("""{"model":"target","messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"}],"functions":[{"name":"f","description":"d","parameters":{"type":"object"}}],"function_call":{"name":"f"}}""")]
    [InlineData("""{"model":"target","messages":[{"role":"assistant","content":"x","refusal":"no","reasoning_content":"hm","prefix":true,"audio":{"id":"audio_1"}}],"max_completion_tokens":7,"temperature":0.5,"top_p":0.25,"top_k":3,"frequency_penalty":-1,"presence_penalty":1,"seed":9007199254740993,"stop":["a","b"],"n":2,"logprobs":true,"top_logprobs":3,"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}""")]
    [InlineData("""{"model":"target","messages":[],"reasoning_effort":"xhigh","verbosity":"low","modalities":["text","audio"],"audio":{"voice":"alloy","format":"wav"},"user":"u","service_tier":"flex","metadata":{"a":"b"},"store":false,"logit_bias":{"50256":-100},"prediction":{"type":"content","content":"x"},"web_search_options":{"search_context_size":"low"},"seed":18446744073709551615}""")]
    [InlineData("""{"model":"target","messages":[],"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{}},"cache_control":{"type":"ephemeral","ttl":"5m"}},{"type":"custom","custom":{"name":"g","format":{"type":"text"}}},{"type":"openrouter:web_search","parameters":{}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}},"parallel_tool_calls":false,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}}}""")]
    [InlineData("""{"model":"target","messages":[],"reasoning":{"effort":"high","exclude":true},"thinking":{"type":"enabled","budget_tokens":100},"tools":[{"type":"custom","custom":{"name":"g"}}],"tool_choice":{"type":"custom","custom":{"name":"g"}},"response_format":{"type":"grammar","grammar":"x"}}""")]
    [InlineData("""{"model":"target","messages":[{"role":"assistant","content":"a","reasoning":"one","reasoning_details":[{"type":"reasoning.text","text":"one","signature":"s","format":"anthropic-claude-v1","index":0},{"type":"reasoning.encrypted","data":"e","format":"openai-responses-v1","index":1}],"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"t"}}}]}]}""")]
    public void OwnRequest_WrittenAgain_IsTheSame(string json)
    {
        var translation = new Translation { Model = "target" };

        var written = ChatTesting.Written(ChatTesting.Request(json), translation);

        Assert.Null(ChatTesting.Difference(System.Text.Json.Nodes.JsonNode.Parse(json), written));
        Assert.Empty(translation.Losses);
    }

    [Fact]
    public void MistralRequest_WrittenAgain_IsTheSame()
    {
        const string json = """{"model":"target","messages":[{"role":"user","content":[{"type":"document_url","document_url":"https://x.test/a.pdf","document_name":"a"}]},{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}],"tool_calls":[{"id":"abcdefghi","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","name":"f","tool_call_id":"abcdefghi","content":"1"}],"random_seed":5,"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":"any","safe_prompt":true}""";

        var written = ChatTesting.Written(ChatTesting.Request(json, OpenAIChatCodec.Mistral), codec: OpenAIChatCodec.Mistral);

        Assert.Null(ChatTesting.Difference(System.Text.Json.Nodes.JsonNode.Parse(json), written));
    }

    [Fact]
    public void Traits_ChooseTheWordsOfACopy()
    {
        var request = ChatTesting.Request("""{"model":"m","messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":"a"}],"max_completion_tokens":5,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}}""");
        var translation = new Translation { Model = "target", Traits = new TargetTraits { NewMaxTokensName = false, DeveloperRole = false, JsonSchema = false } };

        var written = ChatTesting.Written(request, translation);

        Assert.Equal(5, written["max_tokens"]!.GetValue<int>());
        Assert.Equal("system", written["messages"]![0]!["role"]!.GetValue<string>());
        Assert.Equal("Be brief.\n\nAnswer with one JSON object and nothing else. It must obey this JSON schema:\n{\"type\":\"object\"}", written["messages"]![0]!["content"]!.GetValue<string>());
        Assert.Equal("json_object", written["response_format"]!["type"]!.GetValue<string>());
        Assert.Equal("response_format.json_schema", Assert.Single(translation.Losses).Path);
    }

    [Fact]
    public void Reasoning_IsUnderstoodInEverySpelling()
    {
        Assert.Equal("high", ChatTesting.Request("""{"messages":[],"reasoning_effort":"high"}""").Reasoning!.Effort);
        Assert.Equal(500, ChatTesting.Request("""{"messages":[],"reasoning":{"max_tokens":500}}""").Reasoning!.BudgetTokens);
        Assert.False(ChatTesting.Request("""{"messages":[],"thinking":{"type":"disabled"}}""").Reasoning!.Enabled);
        Assert.True(ChatTesting.Request("""{"messages":[],"enable_thinking":true}""").Reasoning!.Enabled);
        Assert.Null(ChatTesting.Request("""{"messages":[]}""").Reasoning);
    }

    [Fact]
    public void Signatures_TellWhoseTheyAre()
    {
        var request = ChatTesting.Request("""{"messages":[{"role":"assistant","reasoning_details":[{"type":"reasoning.text","text":"one","signature":"s","format":"anthropic-claude-v1"}],"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"t"}}}]}]}""");

        var thinking = Assert.IsType<ThinkingPart>(request.Messages[0].Parts[0]);
        Assert.Equal(("one", "s", Dialect.Anthropic), (thinking.Text, thinking.Signature, thinking.SignedBy));
        var call = Assert.IsType<ToolCallPart>(request.Messages[0].Parts[1]);
        Assert.Equal(("t", Dialect.Gemini), (call.Signature, call.SignedBy));
    }

    [Fact]
    public void UnknownMembers_ForAnotherDialect_AreDroppedAndNamed()
    {
        var request = ChatTesting.Request("""{"messages":[{"role":"user","content":"a","odd":1}],"logit_bias":{"1":1}}""");
        var translation = new Translation();

        var written = ChatTesting.Written(request, translation, OpenAIChatCodec.Mistral);

        Assert.Null(written["logit_bias"]);
        Assert.Equal(["messages[0].odd", "logit_bias"], translation.Losses.Select(static loss => loss.Path));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("[]", null)]
    [InlineData("""{"messages":1}""", "messages")]
    [InlineData("""{"messages":[1]}""", "messages[0]")]
    [InlineData("""{"messages":[{"content":"a"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user"},{"role":"narrator"}]}""", "messages[1].role")]
    [InlineData("""{"temperature":"hot"}""", "temperature")]
    [InlineData("""{"max_tokens":1.5}""", "max_tokens")]
    [InlineData("""{"stop":[1]}""", "stop")]
    [InlineData("""{"tools":[{"type":"function","function":{}}]}""", "tools")]
    public void DefectiveRequest_IsRefusedWithItsPlace(string json, string? path)
    {
        var exception = Assert.Throws<ChatFormatException>(() => ChatTesting.Request(json));

        Assert.Equal(path, exception.Path);
    }

    [Fact]
    public void LoneSurrogates_AreRepaired()
    {
        var request = ChatTesting.Request("""{"messages":[{"role":"user","content":"a\ud83d\n\u00e9"}]}""");

        Assert.Equal("a\uFFFD\né", Assert.IsType<TextPart>(request.Messages[0].Parts[0]).Text);
    }
}
