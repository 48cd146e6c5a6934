using System.Text;
using AiGateway.Protocols.Fingerprints;

namespace AiGateway.Protocols.Tests.Fingerprints;

/// <summary>Pins what of a conversation may be matched by meaning, and that everything else is its partition.</summary>
public sealed class TurnTextTests
{
    [Theory]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":"a \u0041 \"b\""}]}""", "a A \"b\"")]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":"old"},{"role":"assistant","content":"x"},{"content":"new","role":"user"}]}""", "new")]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":[{"text":"hi","type":"text"}]}],"temperature":0}""", "hi")]
    [InlineData(Operation.Messages, """{"messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}]}""", "hi")]
    [InlineData(Operation.Responses, """{"input":"hi"}""", "hi")]
    [InlineData(Operation.Responses, """{"input":[{"role":"user","content":"hi"}]}""", "hi")]
    [InlineData(Operation.Responses, """{"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}]}""", "hi")]
    public void LastTurnOfOneText_IsFound(Operation operation, string body, string text)
    {
        var fingerprint = Of(operation, body);
        Assert.Equal(TurnTextState.Found, fingerprint.Turn.State);
        Assert.NotNull(fingerprint.Partition);
        Assert.Equal(text, fingerprint.Turn.Read(Encoding.UTF8.GetBytes(body)));
    }

    [Theory]
    [InlineData(Operation.ChatCompletions, """{"messages":[]}""", TurnTextState.NoUserTurn)]
    [InlineData(Operation.ChatCompletions, """{"messages":"hi"}""", TurnTextState.NoUserTurn)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}""", TurnTextState.NoUserTurn)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":"a"},{"role":"tool","content":"b","tool_call_id":"1"}]}""", TurnTextState.NoUserTurn)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":"a"},7]}""", TurnTextState.NoUserTurn)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user"}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":""}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":null}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":"a","content":"b"}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"x"}}]}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":[{"type":"text","text":"a","text":"b"}]}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.ChatCompletions, """{"messages":[{"role":"user","content":[{"type":"file","text":"a"}]}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.Messages, """{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"a"}]}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.Messages, """{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1"},{"type":"text","text":"a"}]}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.Responses, """{"input":[{"role":"user","content":"hi"},{"type":"function_call_output","call_id":"1","output":"x"}]}""", TurnTextState.NoUserTurn)]
    [InlineData(Operation.Responses, """{"input":[{"role":"user","content":[{"type":"input_image","image_url":"x"}]}]}""", TurnTextState.NotOneText)]
    [InlineData(Operation.Responses, """{"prompt":{"id":"x"}}""", TurnTextState.NotLookedFor)]
    [InlineData(Operation.GenerateContent, """{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""", TurnTextState.NotLookedFor)]
    [InlineData(Operation.Embeddings, """{"input":"hi"}""", TurnTextState.NotLookedFor)]
    public void AnythingElse_IsRefusedWithItsReason(Operation operation, string body, TurnTextState state)
    {
        var fingerprint = Of(operation, body);
        Assert.Equal(state, fingerprint.Turn.State);
        Assert.Null(fingerprint.Partition);
        Assert.Null(fingerprint.Turn.Read(Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public void Partition_IsAllButTheText()
    {
        const string Body = """{"messages":[{"role":"system","content":"s"},{"role":"user","content":"TEXT"}],"tools":[{"name":"t"}],"temperature":0.5}""";
        var asked = Of(Operation.ChatCompletions, Body);
        var other = Of(Operation.ChatCompletions, Body.Replace("TEXT", "another", StringComparison.Ordinal));
        Assert.Equal(asked.Partition, other.Partition);
        Assert.NotEqual(asked.Key, other.Key);
        foreach (var (what, by) in new[] { ("\"s\"", "\"z\""), ("\"t\"", "\"u\""), ("0.5", "0.4"), ("system", "developer") })
            Assert.NotEqual(asked.Partition, Of(Operation.ChatCompletions, Body.Replace(what, by, StringComparison.Ordinal)).Partition);
    }

    [Fact]
    public void TextInAnotherPlace_IsAnotherPartition()
    {
        string[] bodies =
        [
            """{"messages":[{"role":"user","content":"a"}]}""", """{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}""",
            """{"messages":[{"role":"user","content":"a"},{"role":"user","content":"a"}]}""",
        ];
        Assert.Equal(bodies.Length, bodies.Select(body => Of(Operation.ChatCompletions, body).Partition).Distinct().Count());
        Assert.Equal(bodies.Length, bodies.Select(body => Of(Operation.ChatCompletions, body).Key).Distinct().Count());
    }

    [Fact]
    public void TextThatIsNoUnicode_IsNotRead() =>
        Assert.Null(Of(Operation.Responses, """{"input":"\ud83d"}""").Turn.Read("""{"input":"\ud83d"}"""u8));

    private static RequestFingerprint Of(Operation operation, string body)
    {
        Assert.True(RequestFingerprinter.TryCompute(new FingerprintContext(operation, 0, "a", "t", "", ""), Encoding.UTF8.GetBytes(body), out var fingerprint));
        return fingerprint;
    }
}
