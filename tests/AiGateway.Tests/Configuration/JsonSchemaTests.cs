using System.Text.Json.Nodes;
using AiGateway.Configuration;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Tests.Configuration;

/// <summary>The published schema is the one of the binder's table, and accepts what the binder accepts.</summary>
public sealed class JsonSchemaTests
{
    public static TheoryData<string> Files => [.. Loading.RoutingFiles.Select(file => Path.GetRelativePath(Loading.Root, file))];

    [Fact]
    public void PublishedSchema_IsTheOneThatTheProgramPrints() =>
        Assert.True(
            File.ReadAllText(Path.Combine(Loading.Root, "config", "gateway.schema.json")) == JsonSchema.Write(),
            "config/gateway.schema.json is out of date. Write it anew: dotnet run --project src/AiGateway -- schema > config/gateway.schema.json");

    [Theory]
    [MemberData(nameof(Files))]
    public void ShippedFile_FulfilsTheSchema(string file) =>
        Assert.Empty(Problems(File.ReadAllText(Path.Combine(Loading.Root, file))));

    [Theory]
    [InlineData("retrys: {}\n")]
    [InlineData("retries: {max_attempts: 99}\n")]
    [InlineData("retries: {max_attempts: [1]}\n")]
    [InlineData("timeouts: {idle: 30}\n")]
    [InlineData("timeouts: {idle: soon}\n")]
    [InlineData("body_limits: {json: 20XB}\n")]
    [InlineData("cors: {origins: https://a.example}\n")]
    [InlineData("callers: [{disabled: maybe}]\n")]
    [InlineData("callers: [{expires: tomorrow}]\n")]
    public void WhatTheBinderRefuses_TheSchemaRefusesToo(string more)
    {
        Assert.NotEmpty(Loading.Errors(Yaml.With(more)));
        Assert.NotEmpty(Problems(Yaml.With(more)));
    }

    private static List<string> Problems(string yaml)
    {
        var schema = JsonNode.Parse(JsonSchema.Write())!;
        var problems = new List<string>();
        SchemaCheck.Validate(ToJson(YamlTreeReader.Read(yaml, new Findings("gateway.yaml"))!), schema, schema, "", problems);
        return problems;
    }

    /// <summary>What an editor's YAML support sees: plain scalars have JSON's types.</summary>
    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMapping mapping => new JsonObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, ToJson(entry.Value)))),
        YamlSequence sequence => new JsonArray([.. sequence.Items.Select(ToJson)]),
        YamlScalar { IsNull: true } => null,
        YamlScalar { IsPlain: false } scalar => scalar.Text,
        YamlScalar { Text: "true" or "false" } scalar => scalar.Text == "true",
        YamlScalar scalar when long.TryParse(scalar.Text.Replace("_", "", StringComparison.Ordinal), out var whole) => whole,
        YamlScalar scalar when double.TryParse(scalar.Text, out var number) => number,
        YamlScalar scalar => scalar.Text,
        _ => throw new InvalidOperationException(),
    };
}
