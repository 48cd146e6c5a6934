using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>What providers are convinced with: defaults of their kinds, settings that fit, errors that help.</summary>
public sealed class CredentialsTests
{
    private const string Bedrock = "base_url: https://bedrock-runtime.eu-west-1.amazonaws.com";
    private const string Rest = "deployments: {d: {provider: p, model: m}}\naliases: {a: {groups: [{deployments: [d]}]}}\n";

    [Theory]
    [InlineData("kind: openai, keys: env:K", CredentialsKind.Key)]
    [InlineData("kind: openai, keys: env:K, credentials: key", CredentialsKind.Key)]
    [InlineData("kind: vertex, base_url: 'https://x'", CredentialsKind.Google)]
    [InlineData("kind: vertex, base_url: 'https://x', keys: env:K", CredentialsKind.Key)]
    [InlineData("kind: vertex, base_url: 'https://x', headers: {Authorization: env:K}", CredentialsKind.Key)]
    [InlineData("kind: bedrock-converse, " + Bedrock, CredentialsKind.Aws)]
    [InlineData("kind: bedrock-converse, keys: env:K, " + Bedrock, CredentialsKind.Key)]
    [InlineData("kind: bedrock, credentials: aws, " + Bedrock, CredentialsKind.Aws)]
    [InlineData("kind: azure, base_url: 'https://x', keys: env:K", CredentialsKind.Key)]
    [InlineData("kind: azure, base_url: 'https://x', credentials: azure", CredentialsKind.Azure)]
    [InlineData("kind: openai, credentials: caller", CredentialsKind.Caller)]
    [InlineData("kind: simulated", CredentialsKind.Key)]
    internal void Kind_IsWhatIsWritten_ElseKeys_ElseThePresets(string provider, CredentialsKind expected) =>
        Assert.Equal(expected, Provider(provider).Credentials.Kind);

    [Fact]
    public void Aws_RegionIsOfTheAddress_UnlessWritten()
    {
        var plain = Provider("kind: bedrock-converse, " + Bedrock).Credentials;
        Assert.Equal(("eu-west-1", "bedrock"), (plain.Region, plain.Service));

        var written = Provider("kind: bedrock-converse, base_url: 'http://127.0.0.1:1', credentials: {type: aws, region: us-gov-west-1, service: other, profile: p, role_arn: 'arn:aws:iam::1:role/r', external_id: e, session_name: s}").Credentials;
        Assert.Equal(new CredentialsModel(CredentialsKind.Aws) { Region = "us-gov-west-1", Service = "other", Profile = "p", RoleArn = "arn:aws:iam::1:role/r", ExternalId = "e", SessionName = "s" }, written);
    }

    [Theory]
    [InlineData("https://bedrock-runtime.us-east-1.amazonaws.com", "us-east-1")]
    [InlineData("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/openai/v1", "us-gov-west-1")]
    [InlineData("https://vpce-0a1b2c3d-4e5f6a7b.bedrock-runtime.ap-southeast-2.vpce.amazonaws.com", "ap-southeast-2")]
    [InlineData("https://bedrock-mantle.eu-north-1.api.aws/v1", "eu-north-1")]
    [InlineData("https://ai.example.com", null)]
    [InlineData("http://127.0.0.1:8080", null)]
    public void Region_IsFoundInTheAddress(string address, string? expected) => Assert.Equal(expected, CredentialsModelBuilder.RegionIn(address));

    [Fact]
    public void ScopesAndIds_AreTheClouds_UnlessWritten()
    {
        Assert.Equal(CredentialsModel.GoogleScope, Provider("kind: vertex, base_url: 'https://x'").Credentials.Scope);
        Assert.Equal(CredentialsModel.AzureScope, Provider("kind: azure, base_url: 'https://x', credentials: azure").Credentials.Scope);
        var azure = Provider("kind: azure, base_url: 'https://x', credentials: {type: azure, scope: s, tenant_id: t, client_id: c}").Credentials;
        Assert.Equal(("s", "t", "c"), (azure.Scope, azure.TenantId, azure.ClientId));
    }

    [Theory]
    [InlineData("kind: openai, keys: env:K, credentials: caller", "Provider 'p' has the credentials 'caller', so its keys would never be used. Remove either 'credentials' or 'keys'.")]
    [InlineData("kind: azure, base_url: 'https://x', headers: {authorization: env:K}, credentials: azure", "The header 'authorization' carries the provider's credentials ('azure') already. Remove either the header or 'credentials'.")]
    [InlineData("kind: simulated, credentials: caller", "Provider 'p' of kind 'simulated' takes no keys, so there is none that a caller could bring. Remove 'credentials'.")]
    [InlineData("kind: openai, credentials: {region: us-east-1}", "The credentials of provider 'p' need a 'type': key, aws, google, azure, caller.")]
    [InlineData("kind: bedrock-converse, base_url: 'https://proxy.example.com'", "The base URL of provider 'p' names no AWS region to sign for. Add one: 'credentials: { type: aws, region: us-east-1 }', or give the provider 'keys'.")]
    [InlineData("kind: bedrock-converse, base_url: 'https://proxy.example.com', credentials: aws", "The base URL of provider 'p' names no AWS region to sign for. Add one: 'credentials: { type: aws, region: us-east-1 }'.")]
    [InlineData("kind: bedrock-converse, credentials: {type: aws, role_arn: admin}, " + Bedrock, "'admin' is no role. Write its ARN, such as arn:aws:iam::123456789012:role/NAME.")]
    [InlineData("kind: bedrock-converse, credentials: {type: aws, external_id: x}, " + Bedrock, "'external_id' has a meaning only beside 'role_arn'; provider 'p' has the credentials 'aws'. Remove it.")]
    [InlineData("kind: openai, credentials: {type: caller, region: us-east-1}", "'region' has a meaning only for 'aws'; provider 'p' has the credentials 'caller'. Remove it.")]
    [InlineData("kind: vertex, base_url: 'https://x', credentials: {type: google, tenant_id: x}", "'tenant_id' has a meaning only for 'azure'; provider 'p' has the credentials 'google'. Remove it.")]
    [InlineData("kind: vertex, base_url: 'https://x', credentials: {type: google, file: /nowhere/key.json}", "The credentials file '/nowhere/key.json' does not exist. Put it there, or give the provider 'optional: true' to switch it off without it.")]
    [InlineData("kind: openai, credentials: gcp", "'gcp'")]
    public void WhatDoesNotFit_IsAnErrorThatSaysTheWayOut(string provider, string expected) =>
        Assert.Contains(Loading.Errors(Text(provider), Loading.EverythingSet), error => error.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void OptionalProviderWithoutItsCredentialsFile_IsOff()
    {
        var snapshot = Loading.Good("providers:\n  p: {kind: vertex, base_url: 'https://x', optional: true, credentials: {type: google, file: /nowhere/key.json}}\n  simulated:\ndeployments: {d: {provider: p, model: m}, s: {provider: simulated}}\naliases: {a: {groups: [{deployments: [d, s]}]}}\n");

        Assert.Equal("The credentials file '/nowhere/key.json' does not exist", snapshot.ProvidersOff.Single().Reason);
    }

    private static string Text(string provider) => $"providers:\n  p: {{{provider}}}\n{Rest}";

    private static ProviderModel Provider(string provider) => Loading.Good(Text(provider), Loading.EverythingSet).Providers["p"];
}
