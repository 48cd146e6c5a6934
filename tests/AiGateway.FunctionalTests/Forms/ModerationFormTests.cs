using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>Pins that texts are judged in each provider's own form, and that its categories stay beside OpenAI's.</summary>
public sealed class ModerationFormTests(MediaFixture fixture) : IClassFixture<MediaFixture>
{
    private const string Result = """{"categories":{"sexual":false,"violence_and_threats":true,"selfharm":false,"jailbreaking":false},"category_scores":{"sexual":0.01,"violence_and_threats":0.9,"selfharm":0.02,"jailbreaking":0.03}}""";

    [Fact]
    public async Task Mistral_KeepsItsCategoriesBesideOpenAIs()
    {
        var answer = await fixture.PostAsync("/v1/moderations", """{"model":"mistral/mistral-moderation-2603","input":["one","two"]}""", UpstreamAnswer.Json($$"""{"id":"m-1","model":"mistral-moderation-2603","results":[{{Result}},{{Result}}]}"""));

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal("/mistral/moderations", fixture.Upstream.Received[0].Target);
        Assert.Equal("""{"model":"mistral-moderation-2603","input":["one","two"]}""", fixture.Upstream.Received[0].Text);
        var results = JsonDocument.Parse(answer.Body).RootElement.GetProperty("results");
        Assert.Equal(2, results.GetArrayLength());
        Assert.True(results[0].GetProperty("flagged").GetBoolean());
        Assert.Equal(["sexual", "violence_and_threats", "violence", "selfharm", "self-harm", "jailbreaking"], results[0].GetProperty("categories").EnumerateObject().Select(category => category.Name));
        Assert.Equal(0.9, results[0].GetProperty("category_scores").GetProperty("violence").GetDouble());
    }

    [Fact]
    public async Task Conversation_GoesToMistralsOwnPath()
    {
        var answer = await fixture.PostAsync("/v1/moderations", """{"model":"mistral/mistral-moderation-2603","input":[{"role":"user","content":"one"},{"role":"assistant","content":"two"}]}""", UpstreamAnswer.Json($$"""{"results":[{{Result}}]}"""));

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal("/mistral/chat/moderations", fixture.Upstream.Received[0].Target);
        Assert.Equal("""{"model":"mistral-moderation-2603","input":[{"role":"user","content":"one"},{"role":"assistant","content":"two"}]}""", fixture.Upstream.Received[0].Text);
    }

    [Fact]
    public async Task ContentSafety_IsAskedForEachText()
    {
        var answer = await fixture.PostAsync("/v1/moderations", """{"model":"safety/text","input":["one",  "two","three"]}""",
            UpstreamAnswer.Json("""{"blocklistsMatch":[{"blocklistName":"words","blocklistItemId":"1","blocklistItemText":"x"}],"categoriesAnalysis":[{"category":"Hate","severity":0},{"category":"Violence","severity":2},{"category":"SelfHarm","severity":6}]}"""));

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(3, fixture.Upstream.Received.Count);
        Assert.All(fixture.Upstream.Received, seen => Assert.Equal("/safety/contentsafety/text:analyze?api-version=2024-09-01", seen.Target));
        Assert.Equal("sk-test", fixture.Upstream.Received[0].Values("Ocp-Apim-Subscription-Key").Single());
        var result = JsonDocument.Parse(answer.Body).RootElement.GetProperty("results")[2];
        Assert.Equal([("Hate", false), ("hate", false), ("Violence", false), ("violence", false), ("SelfHarm", true), ("self-harm", true), ("blocklist/words", true)], result.GetProperty("categories").EnumerateObject().Select(category => (category.Name, category.Value.GetBoolean())));
        Assert.Equal(1, result.GetProperty("category_scores").GetProperty("self-harm").GetDouble());
    }

    [Theory]
    [InlineData("mistral/m", """ "input":"" """, "input")]
    [InlineData("mistral/m", """ "input":[] """, "input")]
    [InlineData("mistral/m", """ "input":["a",""] """, "input[1]")]
    [InlineData("mistral/m", """ "input":["a",5] """, "input[1]")]
    [InlineData("mistral/m", """ "input":[{"type":"image_url","image_url":{"url":"data:,"}}] """, "input[0]")]
    [InlineData("safety/text", """ "input":[{"role":"user","content":"a"}] """, "input")]
    public async Task BadInput_IsRefusedWithItsNameAndNotSent(string model, string members, string param)
    {
        var answer = await fixture.PostAsync("/v1/moderations", $$"""{"model":"{{model}}",{{members}}}""");

        Assert.True(answer.Status == 400, answer.Text);
        Assert.Equal(param, MediaFixture.ParamOf(answer));
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData("mistral/m", """{"results":[]}""")]
    [InlineData("mistral/m", """{"results":[{"categories":[]}]}""")]
    [InlineData("mistral/m", """{"results":"none"}""")]
    [InlineData("safety/text", """{"categoriesAnalysis":{}}""")]
    [InlineData("safety/text", "<html>Welcome</html>")]
    public async Task Nonsense_IsAnErrorInOpenAIsShape(string model, string given)
    {
        var answer = await fixture.PostAsync("/v1/moderations", $$"""{"model":"{{model}}","input":"a"}""", UpstreamAnswer.Json(given));

        Assert.True(answer.Status == 502, answer.Text);
    }
}
