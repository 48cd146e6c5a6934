using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>Tools whose names a target refuses: they go under others, the same in every turn, and come back.</summary>
public sealed class ToolNameTests
{
    private static readonly string Long = "mcp__server__" + new string('x', 100);

    public static TheoryData<Dialect, string> Names
    {
        get
        {
            var data = new TheoryData<Dialect, string>();
            foreach (var target in (Dialect[])[Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Mistral, Dialect.Converse])
            {
                foreach (var name in (string[])["my.tool", "ns:tool", Long, Long + "y"])
                    data.Add(target, name);
            }
            data.Add(Dialect.Gemini, "1st");
            data.Add(Dialect.Gemini, "-x");
            data.Add(Dialect.Gemini, Long);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NameThatIsRefused_GoesAsAnother_EverywhereTheSame(Dialect target, string name)
    {
        var request = Request(name);
        var output = new ArrayBufferWriter<byte>();
        var translation = new Translation();
        ChatCodecs.Of(target).WriteRequest(request, translation, output);
        var body = Encoding.UTF8.GetString(output.WrittenSpan);

        var written = Regex.Matches(body, "\"name\":\"([^\"]*)\"").Select(static match => match.Groups[1].Value).Distinct().ToList();
        var fitted = Assert.Single(written);
        Assert.Matches(target == Dialect.Gemini ? "^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$" : "^[a-zA-Z0-9_-]{1,64}$", fitted);
        Assert.Contains(translation.Losses, static loss => loss is { Path: "tools[0].name", IsDropped: false });
        Assert.Equal(name, request.Tools[0].Name);

        var answer = new ChatResponse { Source = target, Candidates = { new ChatCandidate { Parts = { new ToolCallPart { Id = "c", Name = fitted } } } } };
        var names = ToolNames.Of(request, target)!;
        names.Restore(answer);
        Assert.Equal(name, ((ToolCallPart)answer.Candidates[0].Parts[0]).Name);
        Assert.Equal(name, names.Restore(new ChatEvent(ChatEventKind.PartStart) { PartKind = ChatPartKind.ToolCall, Name = fitted }).Name);
    }

    [Fact]
    public void NamesThatAreTaken_StayAsTheyAre()
    {
        Assert.Null(ToolNames.Of(Request("get_weather"), Dialect.OpenAIChat));
        Assert.Null(ToolNames.Of(Request("my.tool"), Dialect.Gemini));
        Assert.Null(ToolNames.Of(Request(Long), Dialect.Anthropic));
    }

    private static ChatRequest Request(string name) => ChatCodecs.Of(Dialect.Anthropic).ReadRequest(Encoding.UTF8.GetBytes($$$"""
        {"model":"m","max_tokens":9,"tool_choice":{"type":"tool","name":"{{{name}}}"},"tools":[{"name":"{{{name}}}","input_schema":{"type":"object"}}],
        "messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"{{{name}}}","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"one"}]}]}
        """));
}
