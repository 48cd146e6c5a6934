using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins what becomes of JSON schemas in a type that knows fewer words.</summary>
public sealed class GeminiSchemaTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":["string","null"],"description":"d"}},"required":["a","b"]}""", """{"type":"OBJECT","properties":{"a":{"type":"STRING","description":"d","nullable":true}},"required":["a"]}""", 0)]
    [InlineData("""{"type":"object","properties":{"a":{"const":"x"},"b":{"enum":["y",null]}}}""", """{"type":"OBJECT","properties":{"a":{"type":"STRING","enum":["x"]},"b":{"type":"STRING","enum":["y"],"nullable":true}}}""", 0)]
    [InlineData("""{"$defs":{"A":{"type":"integer","exclusiveMinimum":3}},"type":"array","items":{"$ref":"#/$defs/A","description":"here"},"maxItems":2}""", """{"type":"ARRAY","maxItems":2,"items":{"type":"INTEGER","minimum":4,"description":"here"}}""", 0)]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string","format":"uri"}}}""", """{"type":"OBJECT","properties":{"a":{"type":"STRING","description":"Format: uri."}}}""", 2)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}],"description":"d"}""", """{"type":"STRING","description":"d","nullable":true}""", 0)]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"}]}""", """{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}""", 1)]
    [InlineData("""{"type":["string","integer"]}""", """{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}""", 0)]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"b":{"type":"number"}}}]}""", """{"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"NUMBER"}},"required":["a"]}""", 1)]
    [InlineData("""{"type":"integer","enum":[1,2],"multipleOf":1}""", """{"type":"INTEGER","description":"One of: 1, 2."}""", 2)]
    public void Schemas_AreConverted(string schema, string expected, int losses)
    {
        var translation = new Translation();
        var converted = GeminiSchemaWriter.Convert(Chat.JsonValue.Parse(schema), "p", mayRefuse: true, translation);
        AssertJson(expected, JsonNode.Parse(converted.Utf8));
        Assert.Equal(losses, translation.Losses.Count);
        Assert.All(translation.Losses, static loss => Assert.False(loss.IsDropped));
    }

    [Theory]
    [InlineData("""{"$defs":{"N":{"type":"object","properties":{"next":{"$ref":"#/$defs/N"}}}},"$ref":"#/$defs/N"}""")]
    [InlineData("""{"type":"object","properties":{"any":{}}}""")]
    [InlineData("""{"type":"array"}""")]
    [InlineData("""{"$ref":"https://e.org/s"}""")]
    public void WhatItHasNoWordsFor_GoesAsJsonSchemaWhereTheModelTakesIt(string schema)
    {
        Assert.True(GeminiSchemaWriter.Convert(Chat.JsonValue.Parse(schema), "p", mayRefuse: true, new Translation()).IsAbsent);
        var request = Foreign(Message(ChatRole.User, new TextPart("u")));
        request.Format = new ChatFormat(ChatFormatKind.JsonSchema) { Name = "n", Schema = Chat.JsonValue.Parse(schema) };
        AssertJson(schema, Write(request, new Translation { Model = "gemini-2.5-pro" })["generationConfig"]!["responseJsonSchema"]);
        var translation = new Translation { Model = "gemini-2.0-flash" };
        Assert.NotNull(Write(request, translation)["generationConfig"]!["responseSchema"]);
        Assert.NotEmpty(translation.Losses);
    }

    [Fact]
    public void SchemasThatGrowWithoutEnd_AreCut()
    {
        // Each definition names the next twice: 2^40 nodes when put in.
        var definitions = string.Join(',', Enumerable.Range(0, 40).Select(static i =>
            $"\"d{i}\":{{\"type\":\"object\",\"properties\":{{\"a\":{{\"$ref\":\"#/$defs/d{i + 1}\"}},\"b\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}}}}}"));
        var schema = Chat.JsonValue.Parse("""{"$defs":{""" + definitions + ""","d40":{"type":"string"}},"$ref":"#/$defs/d0"}""");
        Assert.True(GeminiSchemaWriter.Convert(schema, "p", mayRefuse: true, new Translation()).IsAbsent);
        Assert.False(GeminiSchemaWriter.Convert(schema, "p", mayRefuse: false, new Translation()).IsAbsent);
    }

    [Fact]
    public void LongChainsOfReferences_AreCut()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 20_000).Select(static i => $"\"d{i}\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}"));
        var schema = Chat.JsonValue.Parse("""{"$defs":{""" + definitions + ""","d20000":{"type":"string"}},"$ref":"#/$defs/d0"}""");
        Assert.True(GeminiSchemaWriter.Convert(schema, "p", mayRefuse: true, new Translation()).IsAbsent);
    }
}
