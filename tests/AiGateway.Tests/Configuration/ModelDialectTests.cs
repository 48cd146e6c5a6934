using AiGateway.Protocols.Chat;

namespace AiGateway.Tests.Configuration;

/// <summary>Pins which dialects a model is spoken to in: its name decides, the provider's <c>dialects</c> override it for all models, the deployment's for one.</summary>
public sealed class ModelDialectTests
{
    private const string Rest = "aliases: {'a*': {groups: [{deployments: [d]}]}}\n";

    [Theory]
    [InlineData("kind: bedrock-converse, credentials: {type: aws, region: eu-west-1}", "", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", new[] { Dialect.Converse, Dialect.Anthropic })]
    [InlineData("kind: bedrock-converse, credentials: {type: aws, region: eu-west-1}", "", "amazon.nova-pro-v1:0", new[] { Dialect.Converse })]
    [InlineData("kind: bedrock-converse, credentials: {type: aws, region: eu-west-1}, dialects: [anthropic]", "", "amazon.nova-pro-v1:0", new[] { Dialect.Anthropic })]
    [InlineData("kind: bedrock-converse, credentials: {type: aws, region: eu-west-1}", ", dialects: [anthropic]", "arn:aws:bedrock:eu-west-1:1:application-inference-profile/x", new[] { Dialect.Anthropic })]
    [InlineData("kind: vertex", "", "claude-opus-4-5@20251101", new[] { Dialect.Anthropic })]
    [InlineData("kind: vertex", "", "gemini-3-pro", new[] { Dialect.Gemini })]
    [InlineData("kind: anthropic, keys: k", "", "claude-opus-4-5", new[] { Dialect.Anthropic })]
    public void Dialects_AreThoseOfTheModel(string provider, string more, string model, Dialect[] expected)
    {
        var fixedName = Loading.Good($"providers: {{p: {{{provider}, base_url: 'http://127.0.0.1:1'}}}}\ndeployments: {{d: {{provider: p, model: '{model}'{more}}}}}\n{Rest}");
        Assert.Equal(expected, fixedName.Deployments["d"].DialectsOf(model));

        var wildcard = Loading.Good($"providers: {{p: {{{provider}, base_url: 'http://127.0.0.1:1'}}}}\ndeployments: {{d: {{provider: p, model: '*'{more}}}}}\n{Rest}");
        Assert.Equal(expected, wildcard.Deployments["d"].DialectsOf(model));
    }
}
