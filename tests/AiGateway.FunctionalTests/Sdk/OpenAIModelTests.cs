using System.ClientModel;
using System.Text.Json;
using OpenAI.Models;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>The list of models by the official .NET client: what this key may use, with what routing and finance know.</summary>
public sealed class OpenAIModelTests(SdkFixture fixture) : IClassFixture<SdkFixture>
{
    [Fact]
    public async Task List_HoldsEveryAlias()
    {
        OpenAIModelCollection models = await fixture.OpenAI.GetOpenAIModelClient().GetModelsAsync();

        Assert.Equal(["a/*", "any/*", "b/*", "busy", "chat", "limited/*", "locked/*", "once/*", "refused", "stumbling"], models.Select(model => model.Id).Order(StringComparer.Ordinal));
        Assert.All(models, model => Assert.True(model.CreatedAt.Year > 2000));
    }

    [Fact]
    public async Task RestrictedKey_SeesOnlyWhatItMayUse()
    {
        var client = fixture.ClientOf(SdkFixture.Carol).GetOpenAIModelClient();
        OpenAIModelCollection models = await client.GetModelsAsync();

        Assert.Equal("chat", Assert.Single(models).Id);
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => client.GetModelAsync("stumbling"));
        Assert.Equal(404, refused.Status);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("a/some-model")]
    public async Task ModelById_IsFound_AlsoBehindAWildcard(string id)
    {
        OpenAIModel model = await fixture.OpenAI.GetOpenAIModelClient().GetModelAsync(id);

        Assert.Equal(id, model.Id);
        Assert.Equal("sim-a", model.OwnedBy);
    }

    [Fact]
    public async Task Model_TellsPriceAndDescription()
    {
        var models = fixture.OpenAI.GetOpenAIModelClient();
        ClientResult<OpenAIModel> priced = await models.GetModelAsync("chat");
        ClientResult<OpenAIModel> described = await models.GetModelAsync("stumbling");

        var pricing = priced.GetRawResponse().Content.ToObjectFromJson<JsonElement>().GetProperty("pricing");
        Assert.Equal(1m, decimal.Parse(pricing.GetProperty("input").GetString()!));
        Assert.Equal(10m, decimal.Parse(pricing.GetProperty("output").GetString()!));
        Assert.Equal("Falls over to b", described.GetRawResponse().Content.ToObjectFromJson<JsonElement>().GetProperty("description").GetString());
    }
}
