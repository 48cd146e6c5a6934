using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>Tools whose input is text, at targets that know functions only.</summary>
public sealed class CustomToolTests
{
    private const string Asked = """
        {"model":"m","tools":[{"type":"custom","name":"apply_patch","description":"Edits files.","format":{"type":"grammar","syntax":"lark","definition":"start: LINE+"}}],
        "tool_choice":{"type":"custom","name":"apply_patch"},
        "input":[{"role":"user","content":"go"},{"type":"custom_tool_call","call_id":"c1","name":"apply_patch","input":"*** \"Begin\"\n+x"},{"type":"custom_tool_call_output","call_id":"c1","output":"done"},{"role":"user","content":"again"}]}
        """;

    public static TheoryData<Dialect> Targets => [Dialect.OpenAIChat, Dialect.Anthropic, Dialect.Gemini, Dialect.Converse, Dialect.Mistral, Dialect.Cohere, Dialect.Ollama];

    [Theory]
    [MemberData(nameof(Targets))]
    public void CustomTool_GoesAsAFunctionOfOneText(Dialect target)
    {
        var request = ChatCodecs.Of(Dialect.OpenAIResponses).ReadRequest(Encoding.UTF8.GetBytes(Asked));
        var translation = new Translation();
        var output = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(target).WriteRequest(request, translation, output);
        var read = ChatCodecs.Of(target).ReadRequest(output.WrittenMemory);

        var tool = Assert.Single(read.Tools);
        Assert.Equal("apply_patch", tool.Name);
        Assert.Contains("start: LINE+", tool.Description, StringComparison.Ordinal);
        using var schema = tool.Parameters.Open();
        Assert.Equal("string", schema.RootElement.GetProperty("properties").GetProperty("input").GetProperty("type").GetString());
        var call = read.Messages.SelectMany(static message => message.Parts).OfType<ToolCallPart>().Single();
        using var arguments = JsonDocument.Parse(call.Arguments);
        Assert.Equal("*** \"Begin\"\n+x", arguments.RootElement.GetProperty("input").GetString());
        Assert.Contains(translation.Losses, static loss => loss is { Path: "tools[0]", IsDropped: false });
        Assert.DoesNotContain(translation.Losses, static loss => loss.Path.StartsWith("tools", StringComparison.Ordinal) && loss.IsDropped);
        Assert.True(request.Messages[1].Parts.OfType<ToolCallPart>().Single().IsCustom);
    }

    [Theory]
    [InlineData("{\"input\":\"*** \\\"Begin\\\"\\n+x\"}", "*** \"Begin\"\n+x")]
    [InlineData("{\"patch\":1}", "{\"patch\":1}")]
    [InlineData("{\"input\":", "{\"input\":")]
    [InlineData("", "")]
    public void ItsCalls_ComeBackAsCustomOnes_WholeAndStreamed(string arguments, string input)
    {
        var request = ChatCodecs.Of(Dialect.OpenAIResponses).ReadRequest(Encoding.UTF8.GetBytes(Asked));
        var whole = new ChatResponse { Source = Dialect.Anthropic, Candidates = { new ChatCandidate { Parts = { new ToolCallPart { Id = "c", Name = "apply_patch", Arguments = arguments }, new ToolCallPart { Id = "d", Name = "other", Arguments = "{}" } } } } };
        CustomTools.Of(request, Dialect.Anthropic)!.Restore(whole);
        Assert.Equal((true, input), (((ToolCallPart)whole.Candidates[0].Parts[0]).IsCustom, ((ToolCallPart)whole.Candidates[0].Parts[0]).Arguments));
        Assert.False(((ToolCallPart)whole.Candidates[0].Parts[1]).IsCustom);

        var customs = CustomTools.Of(request, Dialect.Anthropic)!;
        var stream = new ChatStream(Dialect.Anthropic);
        var again = new ChatStream(Dialect.OpenAIResponses);
        var (steps, seen) = (new List<ChatEvent>(), new List<ChatEvent>());
        stream.Push(new ChatEvent(ChatEventKind.PartStart) { PartKind = ChatPartKind.ToolCall, Id = "c", Name = "apply_patch" }, steps);
        foreach (var piece in arguments.Chunk(3))
            stream.Push(new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.ToolCall, Text = new string(piece) }, steps);
        stream.Push(new ChatEvent(ChatEventKind.PartStart) { PartKind = ChatPartKind.ToolCall, Part = 1, Id = "d", Name = "other" }, steps);
        stream.Push(new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.ToolCall, Part = 1, Text = "{}" }, steps);
        stream.Complete(steps);
        customs.Restore(steps);
        foreach (var step in steps)
            again.Push(step, seen);
        again.Complete(seen);
        var calls = again.Response.Candidates[0].Parts.OfType<ToolCallPart>().ToList();
        Assert.Equal([(true, input), (false, "{}")], calls.Select(static call => (call.IsCustom, call.Arguments)));
    }

    [Fact]
    public void WhoKnowsThem_KeepsThem()
    {
        var request = ChatCodecs.Of(Dialect.OpenAIResponses).ReadRequest(Encoding.UTF8.GetBytes(Asked));
        Assert.Null(CustomTools.Of(request, Dialect.OpenAIResponses));
        var chat = ChatCodecs.Of(Dialect.OpenAIChat).ReadRequest("""{"model":"m","messages":[{"role":"user","content":"go"}],"tools":[{"type":"custom","custom":{"name":"x"}}]}"""u8.ToArray());
        Assert.Null(CustomTools.Of(chat, Dialect.OpenAIResponses));
        Assert.NotNull(CustomTools.Of(chat, Dialect.Anthropic));
    }
}
