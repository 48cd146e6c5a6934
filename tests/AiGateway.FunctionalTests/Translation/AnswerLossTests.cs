using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Translation;

/// <summary>Pins that a whole answer names the parts of it that its caller's dialect has no place for, and no book-keeping of its provider.</summary>
[Collection(TranslationCollection.Name)]
public sealed class AnswerLossTests(TranslationFixture fixture)
{
    private const string Picture = """
        {"candidates":[{"content":{"role":"model","parts":[{"text":"Here:"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]},"finishReason":"STOP","index":0}],
        "usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"totalTokenCount":3,"trafficType":"ON_DEMAND"},"modelVersion":"g"}
        """;

    [Fact]
    public async Task PictureForAnAnthropicCaller_IsNamedInTheHeaderAndTheRecord()
    {
        var answer = await fixture.PostAsync("/v1/messages", """{"model":"google","max_tokens":9,"messages":[{"role":"user","content":"Draw"}]}""", UpstreamAnswer.Json(Picture));

        Assert.Contains("Here:", answer.Text, StringComparison.Ordinal);
        Assert.Equal("choices[0].message.content[1]", answer.Header("x-gateway-dropped"));
        var losses = (await fixture.RecordAsync(answer)).GetProperty("attempts")[0].GetProperty("lost_in_translation");
        Assert.Equal("choices[0].message.content[1]", Assert.Single(losses.EnumerateArray()).GetProperty("member").GetString());
    }

    [Fact]
    public async Task PictureForAChatCaller_IsThereAndNothingIsNamed()
    {
        var answer = await fixture.PostAsync("/v1/chat/completions", """{"model":"google","messages":[{"role":"user","content":"Draw"}]}""", UpstreamAnswer.Json(Picture));

        Assert.Contains("iVBORw0KGgo=", answer.Text, StringComparison.Ordinal);
        Assert.Null(answer.Header("x-gateway-dropped"));
    }
}
