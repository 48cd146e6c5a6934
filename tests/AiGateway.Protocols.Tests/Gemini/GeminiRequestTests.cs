using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins how requests are read, and how those of this dialect come back.</summary>
public sealed class GeminiRequestTests
{
    [Fact]
    public void WholeRequest_ComesBackAsItWas()
    {
        const string Body = """
            {"systemInstruction":{"parts":[{"text":"Be kind."},{"text":"Be brief."}],"role":"user"},
             "contents":[
              {"role":"user","parts":[{"text":"Look"},{"inlineData":{"mimeType":"image/png","data":"AAAA","displayName":"a"}},{"fileData":{"mimeType":"video/mp4","fileUri":"https://youtu.be/x"},"videoMetadata":{"fps":2}},{"fileData":{"fileUri":"gs://b/o.pdf","mimeType":"application/pdf"}}]},
              {"role":"model","parts":[{"text":"Hm.","thought":true,"thoughtSignature":"c2ln"},{"functionCall":{"id":"c1","name":"f","args":{"a":1}},"thoughtSignature":"c2lnMg=="},{"functionCall":{"name":"g","args":{}}},{"executableCode":{"language":"PYTHON","code":"1"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}}]},
              {"role":"user","parts":[{"functionResponse":{"id":"c1","name":"f","response":{"output":2},"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}],"scheduling":"SILENT"}},{"functionResponse":{"name":"g","response":{"error":"no"}}}]},
              {"role":"model","parts":[{"text":"","thoughtSignature":"c2lnMw=="}]}],
             "tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT","properties":{"a":{"type":"INTEGER","nullable":true}}},"response":{"type":"STRING"}},{"name":"g","parametersJsonSchema":{"type":"object"},"behavior":"BLOCKING"}]},{"googleSearch":{"excludeDomains":["a.b"]}},{"codeExecution":{}}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f","g"]},"retrievalConfig":{"languageCode":"en"}},
             "generationConfig":{"maxOutputTokens":9,"temperature":0.5,"topP":0.9,"topK":40,"frequencyPenalty":0.1,"presencePenalty":-0.1,"seed":7,"candidateCount":2,"stopSequences":["x"],"responseLogprobs":true,"logprobs":3,"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"},"responseModalities":["TEXT","AUDIO"],"thinkingConfig":{"includeThoughts":true,"thinkingBudget":-1,"thinkingLevel":"HIGH"},"speechConfig":{"languageCode":"de"}},
             "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}],"cachedContent":"cachedContents/1","labels":{"a":"b"},"serviceTier":"flex"}
            """;
        var translation = new Translation();
        AssertJson(Body, Write(Request(Body), translation));
        Assert.Empty(translation.Losses);
    }

    [Fact]
    public void SnakeCase_IsReadAsCamelCase()
    {
        var request = Request("""{"system_instruction":{"parts":{"text":"s"}},"contents":{"parts":{"function_call":{"name":"f","args":{"snake_case":1}},"thought_signature":"c2ln"},"role":"model"},"generation_config":{"max_output_tokens":"5","_responseJsonSchema":{"type":"object"},"thinking_config":{"thinking_level":"LOW","include_thoughts":false}}}""");
        Assert.Equal(ChatRole.System, request.Messages[0].Role);
        var call = Assert.IsType<ToolCallPart>(request.Messages[1].Parts[0]);
        Assert.Equal("""{"snake_case":1}""", call.Arguments);
        Assert.Equal("c2ln", call.Signature);
        Assert.Equal(5, request.MaxOutputTokens);
        Assert.Equal(ChatFormatKind.JsonSchema, request.Format!.Kind);
        Assert.Equal("low", request.Reasoning!.Effort);
        Assert.Equal("omitted", request.Reasoning.Summary);
        Assert.Null(request.Extensions);
        Assert.False(request.Stream);
    }

    [Fact]
    public void CallsWithoutIds_GetStableOnesAndResultsFindThem()
    {
        const string Body = """
            {"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}},{"functionCall":{"name":"g","args":{}}},{"functionCall":{"name":"f","args":{"b":1}}}]},
             {"role":"user","parts":[{"functionResponse":{"name":"g","response":{}}},{"functionResponse":{"name":"f","response":{"n":1}}},{"functionResponse":{"name":"f","response":{"n":2}}}]}]}
            """;
        var request = Request(Body);
        var calls = request.Messages[0].Parts.Cast<ToolCallPart>().Select(static call => call.Id).ToArray();
        var results = request.Messages[1].Parts.Cast<ToolResultPart>().Select(static result => result.CallId).ToArray();
        Assert.Equal(3, calls.Distinct().Count());
        Assert.Equal([calls[1], calls[0], calls[2]], results);
        Assert.Equal(calls, Request(Body).Messages[0].Parts.Cast<ToolCallPart>().Select(static call => call.Id));
        AssertJson(Body, Write(request));
    }

    [Theory]
    [InlineData("""{"mode":"AUTO"}""", ChatToolMode.Auto, null)]
    [InlineData("""{"mode":"NONE"}""", ChatToolMode.None, null)]
    [InlineData("""{"mode":"ANY"}""", ChatToolMode.Required, null)]
    [InlineData("""{"mode":"ANY","allowedFunctionNames":["f"]}""", ChatToolMode.Named, "f")]
    [InlineData("""{"mode":"VALIDATED","allowedFunctionNames":["f"]}""", ChatToolMode.Auto, null)]
    public void ToolChoice_IsReadAndComesBack(string config, ChatToolMode mode, string? name)
    {
        var body = """{"contents":[],"toolConfig":{"functionCallingConfig":""" + config + "}}";
        var request = Request(body);
        Assert.Equal(mode, request.ToolChoice!.Mode);
        Assert.Equal(name, request.ToolChoice.Name);
        AssertJson(body, Write(request));
    }

    [Fact]
    public void StoredFiles_AreNoUrlsForOthers()
    {
        var request = Request("""{"contents":[{"role":"user","parts":[{"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/x","mimeType":"image/png"}},{"fileData":{"fileUri":"https://e.org/a.png"}}]}]}""");
        var stored = Assert.IsType<MediaPart>(request.Messages[0].Parts[0]);
        Assert.Null(stored.Url);
        Assert.NotNull(stored.FileId);
        var open = Assert.IsType<MediaPart>(request.Messages[0].Parts[1]);
        Assert.Equal(MediaKind.Image, open.Kind);
        Assert.Equal("https://e.org/a.png", open.Url);
    }

    [Fact]
    public void UrlSafeBase64_BecomesOrdinary()
    {
        var media = Assert.IsType<MediaPart>(Request("""{"contents":[{"parts":[{"inlineData":{"mimeType":"audio/wav","data":"-_8"}}]}]}""").Messages[0].Parts[0]);
        Assert.Equal("+/8=", media.Base64);
        Assert.Equal(MediaKind.Audio, media.Kind);
    }

    [Fact]
    public void OwnSchema_IsJsonSchemaForOthers()
    {
        var request = Request("""{"contents":[],"generationConfig":{"responseSchema":{"type":"OBJECT","nullable":true,"properties":{"a":{"type":"STRING","enum":["x"],"nullable":true},"b":{"type":"ARRAY","minItems":"1","items":{"anyOf":[{"type":"NUMBER"},{"type":"STRING"}]}}},"propertyOrdering":["a","b"],"required":["a"]}}}""");
        AssertJson(
            """{"type":["object","null"],"properties":{"a":{"type":["string","null"],"enum":["x",null]},"b":{"type":"array","minItems":1,"items":{"anyOf":[{"type":"number"},{"type":"string"}]}}},"required":["a"]}""",
            System.Text.Json.Nodes.JsonNode.Parse(request.Format!.Schema.Utf8));
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{"contents":5}""")]
    [InlineData("""{"contents":[{"role":"assistant","parts":[]}]}""")]
    [InlineData("""{"contents":[{"parts":[{"text":5}]}]}""")]
    [InlineData("""{"contents":[{"parts":[{"text":"\ud800"}]}]}""")]
    [InlineData("""{"contents":[{"parts":[{"functionCall":"f"}]}]}""")]
    [InlineData("""{"contents":[],"generationConfig":{"maxOutputTokens":"many"}}""")]
    [InlineData("""{"contents":[""")]
    public void BrokenRequests_AreRefused(string body) => Assert.Throws<ChatFormatException>(() => Request(body));

    [Fact]
    public void Codec_NamesItsDialect()
    {
        Assert.Equal(Dialect.Gemini, GeminiCodec.Instance.Dialect);
        Assert.Equal(StreamFraming.Sse, GeminiCodec.Instance.Framing);
    }
}
