using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>Orders of calls and results that one dialect lets pass and another refuses, as the other gets them.</summary>
public sealed class ToolTurnTests
{
    private const string Tools = "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}}]";

    /// <summary>Dialects that want each call's result directly behind the turn.</summary>
    public static TheoryData<Dialect> Strict => [Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Gemini, Dialect.Converse, Dialect.Mistral, Dialect.Cohere];

    [Theory]
    [MemberData(nameof(Strict))]
    public void CallsOfTwoTurnsAnsweredTogether_AreOneTurn(Dialect target)
    {
        var (body, _) = Write(Dialect.Anthropic, target, """
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"go"},
            {"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{}}]},
            {"role":"assistant","content":[{"type":"tool_use","id":"c2","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"one"},{"type":"tool_result","tool_use_id":"c2","content":"two"}]}],
            """ + Tools + "}");
        Assert.Equal(["call", "call", "one", "two"], Order(body));
    }

    [Theory]
    [MemberData(nameof(Strict))]
    public void WordsBetweenCallAndResult_ComeBehindTheResult(Dialect target)
    {
        if (target == Dialect.OpenAIResponses)
            return;
        var (body, _) = Write(Dialect.OpenAIResponses, target, """
            {"model":"m","input":[{"role":"user","content":"go"},
            {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"function_call","call_id":"c2","name":"f","arguments":"{}"},
            {"type":"function_call_output","call_id":"c1","output":"one"},{"role":"user","content":"words between"},
            {"type":"function_call_output","call_id":"c2","output":"two"}],"tools":[{"type":"function","name":"f","parameters":{"type":"object"}}]}
            """);
        Assert.Equal(["call", "call", "one", "two", "words between"], Order(body));
    }

    [Theory]
    [MemberData(nameof(Strict))]
    public void CallWithoutResult_GetsOneThatSaysSo_AndIsNamed(Dialect target)
    {
        var (body, losses) = Write(Dialect.Anthropic, target, """
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"go"},
            {"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{}},{"type":"tool_use","id":"c2","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"c2","content":"two"},{"type":"text","text":"words between"}]}],
            """ + Tools + "}");
        Assert.Equal(["call", "call", "none", "two", "words between"], Order(body));
        Assert.Contains(losses, static loss => loss is { IsDropped: false, Path: "messages" } && loss.Why.Contains("'c1'", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Strict))]
    public void ResultWithoutCall_IsText(Dialect target)
    {
        var (body, losses) = Write(Dialect.Anthropic, target, """
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"gone","content":"one"},{"type":"text","text":"words between"}]}],
            """ + Tools + "}");
        Assert.Equal(["one", "words between"], Order(body));
        Assert.DoesNotContain("gone", body, StringComparison.Ordinal);
        Assert.Contains(losses, static loss => loss.Why.Contains("'gone'", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Strict))]
    public void IdUsedAgainInALaterTurn_BelongsToThatTurn(Dialect target)
    {
        const string turn = """{"role":"assistant","content":[{"type":"tool_use","id":"call_1","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"RESULT"}]}""";
        var (body, losses) = Write(Dialect.Anthropic, target, $$"""
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"go"},
            {{turn.Replace("RESULT", "one", StringComparison.Ordinal)}},{{turn.Replace("RESULT", "two", StringComparison.Ordinal)}}],{{Tools}}}
            """);
        Assert.Equal(["call", "one", "call", "two"], Order(body));
        Assert.DoesNotContain(losses, static loss => loss.Path == "messages");
    }

    [Fact]
    public void UserBehindAResult_IsParted_ForMistral()
    {
        var (body, _) = Write(Dialect.OpenAIChat, Dialect.Mistral, """
            {"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"one"},{"role":"user","content":"next"}]}
            """);
        using var document = JsonDocument.Parse(body);
        Assert.Equal(["user", "assistant", "tool", "assistant", "user"], document.RootElement.GetProperty("messages").EnumerateArray().Select(static message => message.GetProperty("role").GetString()!));
    }

    [Fact]
    public void LastTurnOfTheModel_IsAPrefix_ForMistral()
    {
        var (body, _) = Write(Dialect.Anthropic, Dialect.Mistral, """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":"{"}]}""");
        using var document = JsonDocument.Parse(body);
        Assert.True(document.RootElement.GetProperty("messages")[1].GetProperty("prefix").GetBoolean());
    }

    [Theory]
    [InlineData(Dialect.Anthropic)]
    [InlineData(Dialect.Converse)]
    [InlineData(Dialect.Gemini)]
    public void ConversationOfWhichNothingCanBeSaid_IsRefused(Dialect target)
    {
        var refused = Assert.Throws<ChatFormatException>(() => Write(Dialect.OpenAIChat, target, """{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}]}"""));
        Assert.Equal("messages[0].content[0]", refused.Path);
    }

    [Theory]
    [InlineData(Dialect.Anthropic, "cache_control")]
    [InlineData(Dialect.Converse, "cachePoint")]
    public void MoreThanFourCacheMarks_BecomeFour_WithTheLastOfThem(Dialect target, string mark)
    {
        var turns = string.Join(",", Enumerable.Range(0, 6).Select(static i => $$$"""{"role":"user","content":[{"type":"text","text":"q{{{i}}}","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":"a"}"""));
        var (body, losses) = Write(Dialect.OpenAIChat, target, $$$"""{"model":"us.anthropic.claude-sonnet-4-5","messages":[{"role":"system","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}]},{{{turns}}},{"role":"user","content":"end"}]}""");
        Assert.Equal(4, body.Split($"\"{mark}\"").Length - 1);
        Assert.Contains("\"q5\"", body[..body.LastIndexOf(mark, StringComparison.Ordinal)] + (target == Dialect.Anthropic ? "" : body), StringComparison.Ordinal);
        Assert.Contains(losses, static loss => loss.Path == "messages[].cache_control");
    }

    [Fact]
    public void ConversationThatBeginsWithACall_GetsAUserInFront_ForGemini()
    {
        var (body, _) = Write(Dialect.OpenAIResponses, Dialect.Gemini, """{"model":"m","input":[{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"one"}]}""");
        using var document = JsonDocument.Parse(body);
        Assert.Equal("user", document.RootElement.GetProperty("contents")[0].GetProperty("role").GetString());
    }

    [Theory]
    [MemberData(nameof(Strict))]
    public void SearchResults_AreSaidAsText(Dialect target)
    {
        const string Found = """{"type":"search_result","source":"https://a.example","title":"A","content":[{"type":"text","text":"FOUND"}]}""";
        var (body, losses) = Write(Dialect.Anthropic, target, $$$"""
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{{{Found}}},{"type":"text","text":"go"}]},
            {"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{{{Found}}}]}]}],{{{Tools}}}}
            """);
        Assert.Equal(3, body.Split("FOUND").Length);
        Assert.Equal(3, body.Split("https://a.example").Length);
        Assert.Equal(2, losses.Count(static loss => loss.Why.Contains("search result", StringComparison.Ordinal) && !loss.IsDropped));
    }

    [Fact]
    public void FunctionWithEmptyParameters_IsAnObjectForAnthropic()
    {
        var (body, _) = Write(Dialect.OpenAIChat, Dialect.Anthropic, """{"model":"m","messages":[{"role":"user","content":"go"}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}""");
        Assert.Contains("""{"type":"object","properties":{}}""", body, StringComparison.Ordinal);
    }

    private static (string Body, IReadOnlyList<TranslationLoss> Losses) Write(Dialect from, Dialect to, string request)
    {
        var translation = new Translation();
        var output = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(to).WriteRequest(ChatCodecs.Of(from).ReadRequest(Encoding.UTF8.GetBytes(request)), translation, output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), translation.Losses);
    }

    /// <summary>What is said in the order it stands: calls, and results and words by their text.</summary>
    private static List<string> Order(string body)
    {
        var order = new List<string>();
        using var document = JsonDocument.Parse(body);
        foreach (var name in (string[])["messages", "input", "contents"])
        {
            if (document.RootElement.TryGetProperty(name, out var conversation))
                Walk(conversation, order);
        }
        return order;
    }

    private static void Walk(JsonElement element, List<string> order)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Walk(item, order);
            return;
        }
        if (element.ValueKind == JsonValueKind.String)
        {
            // OpenAI Chat's texts are joined by blank lines.
            foreach (var text in element.GetString()!.Split("\n\n"))
            {
                if (text.Contains("gave no result", StringComparison.Ordinal))
                    order.Add("none");
                else if (text is "one" or "two" or "words between")
                    order.Add(text);
            }
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name is "functionCall" or "toolUse" or "function" || (member.Name == "type" && member.Value.ValueEquals("function_call")))
                order.Add("call");
            else
                Walk(member.Value, order);
        }
    }
}
