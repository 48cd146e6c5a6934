using System.Buffers;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Cohere;
using AiGateway.Protocols.Ollama;
using AiGateway.Protocols.OpenAI.Chat;
using AiGateway.Protocols.OpenAI.Responses;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Results of tools: Google has objects, most others have texts.</summary>
public sealed class GeminiResultTests
{
    public static TheoryData<Dialect> Others => [Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Anthropic, Dialect.Converse, Dialect.Cohere, Dialect.Ollama];

    [Theory]
    [MemberData(nameof(Others))]
    public void TextInOutput_IsTheWholeResultElsewhere(Dialect dialect)
    {
        var request = Request(Conversation("""{"output":"21 \"degrees\""}"""));
        var written = new ArrayBufferWriter<byte>();
        CodecOf(dialect).WriteRequest(request, new Translation { Model = "m" }, written);

        Assert.Contains(Strings(JsonNode.Parse(written.WrittenSpan)), static text => text == "21 \"degrees\"");
    }

    [Theory]
    [InlineData("""{"output":"21"}""")]
    [InlineData("""{"output":{"a":1}}""")]
    [InlineData("""{"output":[1]}""")]
    [InlineData("""{"output":null}""")]
    [InlineData("""{"output":"21","unit":"C"}""")]
    [InlineData("""{"error":"no"}""")]
    [InlineData("""{}""")]
    public void AnyResult_ComesBackToGoogle(string response) =>
        AssertJson(response, Write(Request(Conversation(response)))["contents"]![1]!["parts"]![0]!["functionResponse"]!["response"]);

    [Fact]
    public void FailureInGooglesForm_IsNotWrappedAgain()
    {
        var request = Foreign(
            Message(ChatRole.User, new TextPart("u")),
            Message(ChatRole.Assistant, new ToolCallPart { Id = "c", Name = "f" }),
            Message(ChatRole.Tool, new ToolResultPart { CallId = "c", IsError = true, Content = { new TextPart("""{"error":"no such place"}""") } }));

        AssertJson("""{"error":"no such place"}""", Write(request)["contents"]![2]!["parts"]![0]!["functionResponse"]!["response"]);
    }

    private static string Conversation(string response) =>
        """{"contents":[{"role":"model","parts":[{"functionCall":{"id":"c","name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":"""
        + response + "}}]}]}";

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(static member => Strings(member.Value)),
        JsonArray items => items.SelectMany(Strings),
        System.Text.Json.Nodes.JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    private static ChatCodec CodecOf(Dialect dialect) => dialect switch
    {
        Dialect.OpenAIChat => OpenAIChatCodec.Instance,
        Dialect.OpenAIResponses => ResponsesCodec.Instance,
        Dialect.Anthropic => AnthropicCodec.Instance,
        Dialect.Converse => ConverseCodec.Instance,
        Dialect.Cohere => CohereCodec.Instance,
        _ => OllamaCodec.Instance,
    };
}
