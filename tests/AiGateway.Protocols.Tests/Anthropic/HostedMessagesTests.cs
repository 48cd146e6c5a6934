using System.Text;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Anthropic;

/// <summary>Pins the edits that make a Messages body one for a cloud: members go with exactly one comma each, wherever they stand.</summary>
public sealed class HostedMessagesTests
{
    private const string Version = "\"anthropic_version\":\"bedrock-2023-05-31\"";

    [Theory]
    [InlineData("""{"model":"m","a":1}""", "{" + Version + ",\"a\":1}")]
    [InlineData("""{"a":1,"model":"m"}""", "{" + Version + ",\"a\":1}")]
    [InlineData("""{"a":1,"model":"m","stream":true}""", "{" + Version + ",\"a\":1}")]
    [InlineData("""{"stream":true,"model":"m","a":[{"model":"x"}],"stream":false,"b":{}}""", "{" + Version + ",\"a\":[{\"model\":\"x\"}],\"b\":{}}")]
    [InlineData("""{ "a" : 1 , "model" : "m" , "b" : 2 }""", "{" + Version + ", \"a\" : 1 , \"b\" : 2 }")]
    [InlineData("""{"model":"m"}""", "{" + Version + "}")]
    [InlineData("{}", "{" + Version + "}")]
    [InlineData(""" { "model":"m", "stream":true } """, " {" + Version + "} ")]
    [InlineData("""{"mod\u0065l":"m","a":1}""", "{" + Version + ",\"a\":1}")]
    [InlineData("""{"anthropic_beta":["b2","b1","b2"],"a":1}""", "{" + Version + ",\"anthropic_beta\":[\"b1\",\"b2\"],\"a\":1}")]
    public void Body_BecomesOneForBedrock(string body, string expected)
    {
        var header = body.Contains("beta", StringComparison.Ordinal) ? " b1 ," : null;
        var made = Make(body, MessagesHost.Bedrock, header);

        Assert.Equal(expected, made);
        // Once more changes nothing but blanks.
        Assert.Equal(made.Replace(" ", "", StringComparison.Ordinal), Make(made, MessagesHost.Bedrock, null).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Body_ForVertex_KeepsStreamAndBetas_AndTheModelWhereItIsToCount()
    {
        const string Body = """{"model":"m","stream":true,"anthropic_beta":["x"]}""";

        Assert.Equal("""{"anthropic_version":"vertex-2023-10-16","stream":true,"anthropic_beta":["x"]}""", Make(Body, MessagesHost.Vertex, "b"));
        var edits = HostedMessages.Edits("""{"messages":[]}"""u8, MessagesHost.Vertex, null, "\"claude\""u8.ToArray(), new Translation());
        Assert.Equal("""{"anthropic_version":"vertex-2023-10-16","model":"claude","messages":[]}""", Encoding.UTF8.GetString(HostedMessages.Apply("""{"messages":[]}"""u8, edits)));
    }

    [Fact]
    public void Body_ForAnthropic_StaysAsItIs() => Assert.Equal("""{"model":"m"}""", Make("""{"model":"m"}""", MessagesHost.Anthropic, "b"));

    [Fact]
    public void BetasThatBedrockRefuses_AreNamed()
    {
        var translation = new Translation();
        HostedMessages.Edits("""{"anthropic_beta":["files-api-2025-04-14"]}"""u8, MessagesHost.Bedrock, "claude-code-20250219,effort-2025-11-24", default, translation);

        Assert.Equal(["anthropic-beta: claude-code-20250219", "anthropic-beta: files-api-2025-04-14"], translation.Losses.Select(loss => loss.Path));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"model\":")]
    [InlineData("{\"model\":\"m\",}")]
    [InlineData("")]
    public void Nonsense_IsRefused(string body) =>
        Assert.Throws<ChatFormatException>(() => Make(body, MessagesHost.Bedrock, null));

    [Theory]
    [InlineData("eu.anthropic.claude-x-v1:0", "anthropic.claude-x-v1:0")]
    [InlineData("us-gov.anthropic.claude-x", "anthropic.claude-x")]
    [InlineData("anthropic.claude-x", "anthropic.claude-x")]
    [InlineData("arn:aws:bedrock:eu:1:inference-profile/eu.anthropic.claude-x", "arn:aws:bedrock:eu:1:inference-profile/eu.anthropic.claude-x")]
    public void PlaceOfAnInferenceProfile_IsLeftOut(string model, string expected) => Assert.Equal(expected, HostedMessages.WithoutPlace(model));

    [Fact]
    public void BedrocksCount_IsReadAndNothingElse()
    {
        Assert.Equal("""{"input_tokens":12}""", HostedMessages.CountOfBedrock("""{"inputTokens":12}"""u8.ToArray()));
        Assert.Throws<ChatFormatException>(() => HostedMessages.CountOfBedrock("""{"message":"no"}"""u8.ToArray()));
    }

    private static string Make(string body, MessagesHost host, string? betas)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return Encoding.UTF8.GetString(HostedMessages.Apply(bytes, HostedMessages.Edits(bytes, host, betas, default, new Translation())));
    }
}
