using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Bedrock;

/// <summary>Pins what other dialects' requests become, where Bedrock is stricter than they are, and that Converse's own go out as they came.</summary>
public sealed class ConverseRequestTests
{
    private const string Nova = "us.amazon.nova-pro-v1:0";
    private const string Llama = "us.meta.llama3-3-70b-instruct-v1:0";

    [Fact]
    public void OwnRequestWithEverything_ComesBackWhole()
    {
        const string Json = """
            {"messages":[
              {"role":"user","content":[{"text":""},{"image":{"format":"png","source":{"bytes":"AAAA"}}},{"cachePoint":{"type":"default","ttl":"1h"}},
                {"document":{"format":"pdf","name":"A b","source":{"bytes":"AAAA"},"context":"c","citations":{"enabled":true}}},
                {"document":{"name":"C","source":{"content":[{"text":"x"},{"text":"y"}]}}},
                {"document":{"format":"txt","name":"D","source":{"text":"plain"}}},
                {"video":{"format":"three_gp","source":{"s3Location":{"uri":"s3://b/k","bucketOwner":"123456789012"}}}},
                {"audio":{"format":"mp3","source":{"bytes":"AAAA"}}},
                {"guardContent":{"text":{"text":"g","qualifiers":["query"]}}},{"guardContent":{"image":{"format":"png","source":{"bytes":"AAAA"}}}},
                {"searchResult":{"source":"https://x.example","title":"T","content":[{"text":"found"}],"citations":{"enabled":true}}},
                {"toolAddition":{"x":1}}]},
              {"role":"user","content":[{"text":"again"}]},
              {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},{"reasoningContent":{"redactedContent":"UVVKRA=="}},
                {"citationsContent":{"content":[{"text":"c"}],"citations":[{"title":"t","location":{"documentPage":{"documentIndex":0,"start":1,"end":2}}}]}},
                {"toolUse":{"toolUseId":"a","name":"f","input":{"x":1.50}}},{"toolUse":{"toolUseId":"s","name":"nova_grounding","input":{},"type":"server_tool_use"}},
                {"toolResult":{"toolUseId":"s","content":[{"text":"r"}],"type":"nova_grounding_result"}}]},
              {"role":"user","content":[{"toolResult":{"toolUseId":"a","status":"success","content":[{"json":{"y":2}}]}},{"toolResult":{"toolUseId":"b","status":"error","content":[{"json":[1]},{"text":"z"},{"image":{"format":"gif","source":{"bytes":"AAAA"}}}]}},{"cachePoint":{"type":"default"}}]}],
             "system":[{"text":"s"},{"cachePoint":{"type":"default"}},{"guardContent":{"text":{"text":"gs"}}}],
             "inferenceConfig":{"maxTokens":5,"temperature":0.5,"topP":0.9,"stopSequences":["x"]},
             "toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object"}},"strict":true}},{"cachePoint":{"type":"default"}},{"systemTool":{"name":"nova_grounding"}}],"toolChoice":{"tool":{"name":"f"}}},
             "outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\"}","name":"n"}}},"effort":"low"},
             "additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024},"top_k":5},
             "guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"},"requestMetadata":{"a":"b"},"serviceTier":{"type":"flex"},
             "performanceConfig":{"latency":"optimized"},"additionalModelResponseFieldPaths":["/stop_sequence"],"promptVariables":{"v":{"text":"x"}}}
            """;
        var request = Converse.Request(Json);

        var (json, translation) = Converse.Write(request);

        Converse.AssertJson(Json, json);
        Assert.Empty(translation.Losses);
        Assert.Equal(5, request.TopK);
        Assert.Equal(1024, request.Reasoning!.BudgetTokens);
    }

    [Fact]
    public void MaskedText_GoesOutMasked()
    {
        var request = Converse.Request("""{"messages":[{"role":"user","content":[{"searchResult":{"source":"s","title":"t","content":[{"text":"secret"}]}},{"guardContent":{"text":{"text":"secret","qualifiers":["query"]}}}]}]}""");
        foreach (var part in request.Messages[0].Parts.Cast<TextPart>())
            part.Text = part.Text.Replace("secret", "***", StringComparison.Ordinal);

        var (json, _) = Converse.Write(request);

        Converse.AssertJson("""{"messages":[{"role":"user","content":[{"text":"t\ns\n***"},{"guardContent":{"text":{"text":"***","qualifiers":["query"]}}}]}]}""", json);
    }

    [Fact]
    public void Turns_AlternateAndResultsComeFirst()
    {
        var request = Foreign();
        Add(request, ChatRole.System, new TextPart("Be brief.") { CacheMark = "5m" });
        Add(request, ChatRole.User, new TextPart("Hi"), new TextPart(" "));
        Add(request, ChatRole.Assistant, new TextPart(""), new ToolCallPart { Id = "call.1", Name = "f", Arguments = "{\"x\":1}" }, new ToolCallPart { Id = "call:1", Name = "g", Arguments = "" });
        Add(request, ChatRole.Tool, Result("call.1", new TextPart("one")));
        Add(request, ChatRole.Tool, Result("call:1"));
        Add(request, ChatRole.Developer, new TextPart("Later."));
        Add(request, ChatRole.User, new TextPart("And?"));
        request.Tools.Add(new ChatTool { Name = "f", Description = " ", Parameters = JsonValue.Parse("""{"properties":{}}"""), CacheMark = "1h" });

        var (json, translation) = Converse.Write(request);

        var first = json.GetProperty("messages")[1].GetProperty("content")[0].GetProperty("toolUse").GetProperty("toolUseId").GetString();
        var second = json.GetProperty("messages")[1].GetProperty("content")[1].GetProperty("toolUse").GetProperty("toolUseId").GetString();
        Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", first);
        Assert.NotEqual(first, second);
        Converse.AssertJson(
            """
            {"messages":[{"role":"user","content":[{"text":"Hi"}]},
              {"role":"assistant","content":[{"toolUse":{"toolUseId":"FIRST","name":"f","input":{"x":1}}},{"toolUse":{"toolUseId":"SECOND","name":"g","input":{}}}]},
              {"role":"user","content":[{"toolResult":{"toolUseId":"FIRST","content":[{"text":"one"}]}},{"toolResult":{"toolUseId":"SECOND","content":[{"json":{}}]}},{"text":"And?"}]}],
             "system":[{"text":"Be brief."},{"cachePoint":{"type":"default"}},{"text":"Later."}],
             "toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object","properties":{}}}}},{"cachePoint":{"type":"default","ttl":"1h"}}]}}
            """.Replace("FIRST", first, StringComparison.Ordinal).Replace("SECOND", second, StringComparison.Ordinal),
            json);
        Assert.Equal(["messages[5]"], Converse.Paths(translation));
    }

    [Fact]
    public void CallsWithoutIds_GetSome_AndResultsFindThem()
    {
        var request = Foreign(Dialect.Gemini);
        Add(request, ChatRole.User, new TextPart("Hi"));
        Add(request, ChatRole.Assistant, new ToolCallPart { Name = "a", Arguments = "{}" }, new ToolCallPart { Name = "b", Arguments = "oops", Signature = "sig" });
        Add(request, ChatRole.User, new ToolResultPart { Name = "b", Json = JsonValue.Parse("[1]") }, new ToolResultPart { Name = "a", Json = JsonValue.Parse("{\"r\":1}"), IsError = true });

        var (json, translation) = Converse.Write(request);

        Converse.AssertJson(
            """
            {"messages":[{"role":"user","content":[{"text":"Hi"}]},
              {"role":"assistant","content":[{"toolUse":{"toolUseId":"call_1","name":"a","input":{}}},{"toolUse":{"toolUseId":"call_2","name":"b","input":{"input":"oops"}}}]},
              {"role":"user","content":[{"toolResult":{"toolUseId":"call_2","content":[{"text":"[1]"}]}},{"toolResult":{"toolUseId":"call_1","content":[{"json":{"r":1}}],"status":"error"}}]}],
             "toolConfig":{"tools":[{"toolSpec":{"name":"a","inputSchema":{"json":{"type":"object","properties":{}}}}},{"toolSpec":{"name":"b","inputSchema":{"json":{"type":"object","properties":{}}}}}]}}
            """,
            json);
        Assert.Equal(["messages[1].content[1].signature", "messages[1].content[1].arguments", "tools"], Converse.Paths(translation));
    }

    [Fact]
    public void IdUsedTwice_IsMadeUnique()
    {
        var request = Foreign();
        Add(request, ChatRole.User, new TextPart("Hi"));
        foreach (var answer in (string[])["one", "two"])
        {
            Add(request, ChatRole.Assistant, new ToolCallPart { Id = "call_1", Name = "f", Arguments = "{}" });
            Add(request, ChatRole.Tool, Result("call_1", new TextPart(answer)));
        }
        request.Tools.Add(new ChatTool { Name = "f" });

        var text = Converse.Write(request).Json.GetProperty("messages").GetRawText();

        Assert.Contains("""{"toolUseId":"call_1","content":[{"text":"one"}]""", text, StringComparison.Ordinal);
        Assert.Contains("""{"toolUseId":"call_1_2","content":[{"text":"two"}]""", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Media_IsBytesOrS3WithCleanNames()
    {
        var request = Foreign();
        Add(
            request, ChatRole.User,
            new MediaPart(MediaKind.Image) { Base64 = "iVBORw0KGgoAAAA=" },
            new MediaPart(MediaKind.Image) { Url = "s3://b/cat.jpg" },
            new MediaPart(MediaKind.Image) { Url = "https://x.example/cat.png" },
            new MediaPart(MediaKind.Image) { Base64 = "AAAA", MediaType = "image/tiff" },
            new MediaPart(MediaKind.Document) { Base64 = "JVBERi0=", MediaType = "application/pdf", Name = "report_2024.v1.pdf" },
            new MediaPart(MediaKind.Document) { Text = "a,b", Name = "report_2024.v1.pdf", MediaType = "text/plain" },
            new MediaPart(MediaKind.Document) { Base64 = "e30=", MediaType = "application/json" },
            new MediaPart(MediaKind.Document) { FileId = "file-1" });

        var (json, translation) = Converse.Write(request);

        Converse.AssertJson(
            """
            {"messages":[{"role":"user","content":[
              {"image":{"format":"png","source":{"bytes":"iVBORw0KGgoAAAA="}}},
              {"image":{"format":"jpeg","source":{"s3Location":{"uri":"s3://b/cat.jpg"}}}},
              {"document":{"format":"pdf","name":"report-2024-v1-pdf","source":{"bytes":"JVBERi0="}}},
              {"document":{"format":"txt","name":"report-2024-v1-pdf (2)","source":{"bytes":"YSxi"}}},
              {"document":{"format":"txt","name":"document","source":{"bytes":"e30="}}},
              {"text":"See the document."}]}]}
            """,
            json);
        Assert.Equal(
            ["messages[0].content[2]", "messages[0].content[3]", "messages[0].content[6].type", "messages[0].content[7]", "messages"], Converse.Paths(translation));
    }

    [Fact]
    public void ThoughtsOfOthers_AreDropped_ThoseOfClaudeOnItsOwnApiAreNot()
    {
        foreach (var source in (Dialect[])[Dialect.OpenAIResponses, Dialect.Anthropic])
        {
            var request = Foreign(source);
            Add(request, ChatRole.User, new TextPart("Hi"));
            Add(request, ChatRole.Assistant, new ThinkingPart { Text = "t", Signature = "s" }, new ThinkingPart { Encrypted = "QUJD" }, new TextPart("a"));
            Add(request, ChatRole.User, new TextPart("b"));

            var (json, translation) = Converse.Write(request);

            var content = json.GetProperty("messages")[1].GetProperty("content");
            if (source == Dialect.Anthropic)
                Converse.AssertJson("""[{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},{"reasoningContent":{"redactedContent":"UVVKRA=="}},{"text":"a"}]""", content);
            else
                Converse.AssertJson("""[{"text":"a"}]""", content);
            Assert.Equal(source == Dialect.Anthropic ? [] : ["messages[1].content[0]", "messages[1].content[1]"], Converse.Paths(translation));
            Assert.Equal(2, Converse.Write(request, Nova).Translation.Losses.Count);
        }
    }

    [Fact]
    public void AssistantAtTheStart_GetsAUserBeforeIt()
    {
        var request = Foreign();
        Add(request, ChatRole.Assistant, new RefusalPart("No."));

        Converse.AssertJson("""{"messages":[{"role":"user","content":[{"text":"Please continue."}]},{"role":"assistant","content":[{"text":"No."}]}]}""", Converse.Write(request).Json);
    }

    [Theory]
    [InlineData("anthropic.claude-3-7-sonnet-20250219-v1:0", "high", """{"thinking":{"type":"enabled","budget_tokens":16384}}""")]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "minimal", """{"thinking":{"type":"enabled","budget_tokens":1024}}""")]
    [InlineData("us.anthropic.claude-sonnet-4-6", "medium", """{"thinking":{"type":"adaptive"},"output_config":{"effort":"medium"}}""")]
    [InlineData("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-5-5-v1:0", "xhigh", """{"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}}""")]
    [InlineData("us.amazon.nova-2-lite-v1:0", "low", """{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"low"}}""")]
    [InlineData("openai.gpt-oss-120b-1:0", "low", """{"reasoning_effort":"low"}""")]
    [InlineData("openai.gpt-oss-120b-1:0", "none", """{"reasoning_effort":"low"}""")]
    [InlineData("qwen.qwen3-32b-v1:0", "high", """{"reasoning_config":"high"}""")]
    [InlineData("anthropic.claude-3-haiku-20240307-v1:0", "high", null)]
    [InlineData("us.amazon.nova-pro-v1:0", "high", null)]
    [InlineData("us.anthropic.claude-sonnet-4-6", "none", null)]
    public void Effort_IsSaidInTheModelsWords(string model, string effort, string? expected)
    {
        var request = Foreign();
        Add(request, ChatRole.User, new TextPart("Hi"));
        request.Reasoning = new ChatReasoning { Effort = effort };

        var json = Converse.Write(request, model).Json;

        if (expected is null)
            Assert.False(json.TryGetProperty("additionalModelRequestFields", out _));
        else
            Converse.AssertJson(expected, json.GetProperty("additionalModelRequestFields"));
    }

    [Fact]
    public void BudgetStaysBelowTheBound_AndSamplingGoes()
    {
        var request = Foreign(Dialect.Anthropic);
        Add(request, ChatRole.User, new TextPart("Hi"));
        request.Reasoning = new ChatReasoning { Enabled = true, BudgetTokens = 8000 };
        request.MaxOutputTokens = 4000;
        request.Temperature = 0.2;
        request.TopK = 5;

        var (json, translation) = Converse.Write(request, "anthropic.claude-sonnet-4-20250514-v1:0");

        Converse.AssertJson("""{"thinking":{"type":"enabled","budget_tokens":2000}}""", json.GetProperty("additionalModelRequestFields"));
        Converse.AssertJson("""{"maxTokens":4000}""", json.GetProperty("inferenceConfig"));
        Assert.Equal(["reasoning", "temperature", "top_k"], Converse.Paths(translation));
    }

    [Fact]
    public void ForcedCall_WinsOverThinking()
    {
        var request = Foreign();
        Add(request, ChatRole.User, new TextPart("Hi"));
        request.Reasoning = new ChatReasoning { Effort = "high" };
        request.ToolChoice = new ChatToolChoice(ChatToolMode.Named, "f");
        request.Tools.Add(new ChatTool { Name = "f", Parameters = JsonValue.Parse("""{"type":"object"}""") });

        var (json, translation) = Converse.Write(request, "anthropic.claude-sonnet-4-20250514-v1:0");

        Assert.Equal("f", json.GetProperty("toolConfig").GetProperty("toolChoice").GetProperty("tool").GetProperty("name").GetString());
        Assert.False(json.TryGetProperty("additionalModelRequestFields", out _));
        Assert.Equal(["reasoning"], Converse.Paths(translation));
    }

    [Theory]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "outputConfig")]
    [InlineData("mistral.mistral-large-3-675b-instruct", "outputConfig")]
    [InlineData("us.amazon.nova-pro-v1:0", "toolConfig")]
    [InlineData("anthropic.claude-3-7-sonnet-20250219-v1:0", "toolConfig")]
    [InlineData("us.meta.llama3-3-70b-instruct-v1:0", "system")]
    public void Schema_IsNativeOrAToolOrAnInstruction(string model, string member)
    {
        var request = Foreign();
        Add(request, ChatRole.User, new TextPart("Hi"));
        request.Format = new ChatFormat(ChatFormatKind.JsonSchema) { Name = "n", Schema = JsonValue.Parse("""{"type":"object"}""") };

        var json = Converse.Write(request, model).Json;

        Assert.Equal([member], json.EnumerateObject().Select(m => m.Name).Where(name => name != "messages"));
        if (member == "toolConfig")
            Converse.AssertJson("""{"tool":{"name":"gateway_json_answer"}}""", json.GetProperty("toolConfig").GetProperty("toolChoice"));
    }

    [Fact]
    public void ChoiceNone_TakesTheToolsAway_UnlessTheConversationHoldsCalls()
    {
        var request = Foreign();
        Add(request, ChatRole.User, new TextPart("Hi"));
        request.Tools.Add(new ChatTool { Name = "f" });
        request.ToolChoice = new ChatToolChoice(ChatToolMode.None);
        Assert.False(Converse.Write(request).Json.TryGetProperty("toolConfig", out _));

        Add(request, ChatRole.Assistant, new ToolCallPart { Id = "1", Name = "f" });
        Add(request, ChatRole.Tool, Result("1", new TextPart("r")));
        var (json, translation) = Converse.Write(request);
        Assert.False(json.GetProperty("toolConfig").TryGetProperty("toolChoice", out _));
        Assert.Equal(["tool_choice"], Converse.Paths(translation));
    }

    [Fact]
    public void WhatConverseCannotSay_IsNamed()
    {
        var request = Foreign();
        Add(request, ChatRole.User, new TextPart("Hi") { CacheMark = "5m" });
        request.Temperature = 1.7;
        request.TopP = 0.5;
        request.FrequencyPenalty = 1;
        request.PresencePenalty = 0;
        request.Seed = 1;
        request.Candidates = 2;
        request.Logprobs = true;
        request.Verbosity = "low";
        request.User = "u";
        request.Store = true;
        request.ParallelToolCalls = false;
        request.TopK = 3;
        request.ServiceTier = "scale";
        request.Stop.Add("\n");
        request.Metadata = JsonValue.Parse("""{"a":1}""");
        request.ToolChoice = new ChatToolChoice(ChatToolMode.Required);
        request.Tools.Add(new ChatTool { Name = "f", Strict = true });
        request.Tools.Add(new ChatTool { Name = "web_search", Native = JsonValue.Parse("{}"), IsWebSearch = true });
        request.Extensions = new JsonMembers().Add("logit_bias", JsonValue.Parse("{}"));

        var (json, translation) = Converse.Write(request, Llama);

        Converse.AssertJson("""{"temperature":1,"topP":0.5}""", json.GetProperty("inferenceConfig"));
        Assert.Equal(
            [
                "cache_control", "temperature", "stop", "tools[1]", "tools[0].strict", "tool_choice", "top_k", "service_tier", "metadata", "logit_bias", "frequency_penalty",
                "seed", "n", "logprobs", "verbosity", "user", "store", "parallel_tool_calls",
            ],
            Converse.Paths(translation));
    }

    [Theory]
    [InlineData("""{"messages":"x"}""", "messages")]
    [InlineData("""{"messages":[{"role":"tool","content":[]}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":[{"text":1}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"messages":[{"role":"user","content":[{"image":{"format":"png"}}]}]}""", "messages[0].content[0].source")]
    [InlineData("""{"inferenceConfig":{"maxTokens":"5"}}""", "inferenceConfig.maxTokens")]
    public void WrongShape_IsRefusedWithItsPath(string json, string path) =>
        Assert.Equal(path, Assert.Throws<ChatFormatException>(() => Converse.Request(json)).Path);

    private static ChatRequest Foreign(Dialect source = Dialect.OpenAIChat) => new() { Source = source };

    private static void Add(ChatRequest request, ChatRole role, params ReadOnlySpan<ChatPart> parts)
    {
        var message = new ChatMessage { Role = role };
        foreach (var part in parts)
            message.Parts.Add(part);
        request.Messages.Add(message);
    }

    private static ToolResultPart Result(string id, params ReadOnlySpan<ChatPart> parts)
    {
        var result = new ToolResultPart { CallId = id };
        foreach (var part in parts)
            result.Content.Add(part);
        return result;
    }
}
