using System.Text;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Anthropic;

/// <summary>Requests of this dialect.</summary>
public sealed class AnthropicRequestTests
{
    private const string Full = """
        {
          "model": "claude-x", "max_tokens": 100, "stream": true, "temperature": 0.5, "top_p": 0.9, "top_k": 5, "stop_sequences": ["END"],
          "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
          "metadata": {"user_id": "u1"}, "service_tier": "standard_only",
          "thinking": {"type": "enabled", "budget_tokens": 2000}, "output_config": {"effort": "high", "task_budget": {"type": "tokens", "total": 9}},
          "tools": [
            {"name": "add", "description": "Adds", "input_schema": {"type": "object"}, "strict": true, "defer_loading": true, "cache_control": {"type": "ephemeral"}},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}],
          "tool_choice": {"type": "tool", "name": "add", "disable_parallel_tool_use": true},
          "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [
              {"type": "thinking", "thinking": "hm", "signature": "c2ln"}, {"type": "redacted_thinking", "data": "eHg="},
              {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
              {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
              {"type": "text", "text": "so", "citations": [{"type": "web_search_result_location", "url": "https://a.example/", "title": "A", "encrypted_index": "e", "cited_text": "c"}]},
              {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 1.50}, "caller": {"type": "direct"}}]},
            {"role": "user", "content": [
              {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": false, "content": [{"type": "text", "text": "2"}, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}}]},
              {"type": "document", "title": "T", "context": "C", "citations": {"enabled": true}, "source": {"type": "text", "media_type": "text/plain", "data": "D"}},
              {"type": "image", "source": {"type": "url", "url": "https://a.example/i.png"}},
              {"type": "document", "source": {"type": "file", "file_id": "file_1"}}]}],
          "future": {"x": [1]}
        }
        """;

    [Fact]
    public void EverythingInARequest_FindsItsPlaceAndGoesBack()
    {
        var request = Wire.Request(Full);

        Assert.Equal(("claude-x", 100L, true), (request.Model, request.MaxOutputTokens, request.Stream));
        Assert.Equal("1h", request.Messages[0].Parts[0].CacheMark);
        Assert.Equal("u1", request.User);
        Assert.Equal(new ChatReasoning { Enabled = true, BudgetTokens = 2000, Effort = "high" }, request.Reasoning);
        Assert.Equal(("add", "5m", true), (request.Tools[0].Name, request.Tools[0].CacheMark, request.Tools[0].Strict));
        Assert.True(request.Tools[1].IsWebSearch);
        Assert.Equal((ChatToolMode.Named, "add", false), (request.ToolChoice!.Mode, request.ToolChoice.Name, request.ParallelToolCalls));
        var assistant = request.Messages[2].Parts;
        Assert.Equal("c2ln", ((ThinkingPart)assistant[0]).Signature);
        Assert.Equal("eHg=", ((ThinkingPart)assistant[1]).Encrypted);
        Assert.Equal("server_tool_use", ((OpaquePart)assistant[2]).Type);
        Assert.Equal("https://a.example/", ((TextPart)assistant[4]).Citations![0].Url);
        Assert.Contains("1.50", ((ToolCallPart)assistant[5]).Arguments, StringComparison.Ordinal);
        Assert.Equal(2, ((ToolResultPart)request.Messages[3].Parts[0]).Content.Count);

        Assert.Null(Wire.Difference(System.Text.Json.Nodes.JsonNode.Parse(Full), Wire.Write(request, out var translation)));
        Assert.Empty(translation.Losses);
    }

    [Fact]
    public void ACountTokensBody_HasNoBoundAndGetsNone()
    {
        var request = Wire.Request("""{"model":"m","messages":[{"role":"user","content":"hi"}]}""");

        Assert.Null(request.MaxOutputTokens);
        Assert.Null(Wire.Write(request, out _)["max_tokens"]);
    }

    [Fact]
    public void BedrockAndVertex_NameTheirVersionAndNoModel()
    {
        var request = Wire.Request("""{"model":"m","max_tokens":1,"stream":true,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://a.example/"}}]}],"tools":[{"type":"web_search_20250305","name":"web_search"}]}""");

        var bedrock = Wire.Write(request, out var lost, AnthropicCodec.Bedrock);
        Assert.Equal("bedrock-2023-05-31", bedrock["anthropic_version"]!.GetValue<string>());
        Assert.Null(bedrock["model"]);
        Assert.Null(bedrock["stream"]);
        Assert.Equal(["messages[0].content[0]", "tools[0]"], lost.Losses.Select(static loss => loss.Path));
        Assert.True(Wire.Write(request, out _, AnthropicCodec.Vertex)["stream"]!.GetValue<bool>());
        Assert.Equal("vertex-2023-10-16", Wire.Write(request, out _, AnthropicCodec.Vertex)["anthropic_version"]!.GetValue<string>());
        Assert.Equal(StreamFraming.AwsEventStream, AnthropicCodec.Bedrock.Framing);
    }

    [Fact]
    public void ABetaInTheBody_IsBedrocksAlone()
    {
        var request = Wire.Request("""{"max_tokens":1,"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["b"],"messages":[]}""");

        Assert.NotNull(Wire.Write(request, out _, AnthropicCodec.Bedrock)["anthropic_beta"]);
        var own = Wire.Write(request, out var translation);
        Assert.Null(own["anthropic_beta"]);
        Assert.Null(own["anthropic_version"]);
        Assert.Equal("anthropic_beta", translation.Losses[0].Path);
    }

    [Fact]
    public void ThoughtsWithoutASignature_AreNotSentBack()
    {
        // What a caller holds of an answer that another provider gave.
        var request = Wire.Request("""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":""},{"type":"text","text":"b"}]}]}""");

        var body = Wire.Write(request, out var translation);

        Assert.Single(body["messages"]![1]!["content"]!.AsArray());
        Assert.Equal("messages[1].content[0]", translation.Losses[0].Path);
    }

    [Fact]
    public void IdsOfAnotherProvider_AreMadeOnesThatAnthropicTakes()
    {
        var request = Wire.Request("""{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"functions.f:0","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"functions.f:0","content":"r"}]}]}""");

        var body = Wire.Write(request, out _);

        Assert.Equal("functions_f_0", body["messages"]![0]!["content"]![0]!["id"]!.GetValue<string>());
        Assert.Equal("functions_f_0", body["messages"]![1]!["content"]![0]!["tool_use_id"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""[]""", null)]
    [InlineData("""{"messages":{}}""", "messages")]
    [InlineData("""{"messages":[{"content":"a"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"robot","content":"a"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user","content":[{"text":"a"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text"}]}]}]}""", "messages[0].content[0].content[0].text")]
    [InlineData("""{"system":[{"type":"image"}]}""", "system[0].source")]
    [InlineData("""{"max_tokens":"many"}""", "max_tokens")]
    [InlineData("""{"tools":[{"description":"d"}]}""", "tools[0].name")]
    [InlineData("""{"tool_choice":{"type":"perhaps"}}""", "tool_choice.type")]
    [InlineData("""{"system":"\ud800"}""", null)]
    public void ADefect_IsNamedWithItsPath(string body, string? path)
    {
        var exception = Assert.Throws<ChatFormatException>(() => Wire.Codec.ReadRequest(Encoding.UTF8.GetBytes(body)));

        Assert.Equal(path, exception.Path);
    }
}
