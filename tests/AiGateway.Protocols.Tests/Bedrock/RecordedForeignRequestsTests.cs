using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI.Chat;
using AiGateway.Protocols.OpenAI.Responses;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Bedrock;

/// <summary>Pins that whatever real callers of other dialects sent becomes a request that Bedrock takes, for each family of models.</summary>
public sealed class RecordedForeignRequestsTests
{
    private static readonly string[] Models =
    [
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-6", "anthropic.claude-3-7-sonnet-20250219-v1:0", "us.amazon.nova-2-lite-v1:0",
        "us.meta.llama3-3-70b-instruct-v1:0", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
    ];

    [Theory]
    [InlineData("chat.completions")]
    [InlineData("responses")]
    [InlineData("messages")]
    [InlineData("generateContent")]
    public void RecordedRequests_BecomeOnesThatBedrockTakes(string endpoint)
    {
        ChatCodec codec = endpoint switch
        {
            "messages" => AnthropicCodec.Instance,
            "generateContent" => GeminiCodec.Instance,
            "responses" => ResponsesCodec.Instance,
            _ => OpenAIChatCodec.Instance,
        };
        var wrong = new List<string>();
        var written = 0;
        foreach (var exchange in RecordedTraffic.All(endpoint: endpoint).Where(e => e is { RequestIsJson: true, Status: < 400 }))
        {
            ChatRequest request;
            try
            {
                request = codec.ReadRequest(exchange.RequestBody!);
            }
            catch (ChatFormatException)
            {
                continue;
            }
            foreach (var model in Models)
            {
                var broken = ConverseRules.Broken(Converse.Write(request, model).Json);
                written++;
                if (broken.Count > 0)
                    wrong.Add($"{exchange.Id} for {model}: {string.Join(", ", broken.Distinct())}");
            }
        }
        Assert.Empty(wrong);
        Assert.True(written > 300, $"Only {written} requests.");
    }
}
