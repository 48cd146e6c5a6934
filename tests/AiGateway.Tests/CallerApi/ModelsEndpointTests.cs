using System.Text.Json;
using AiGateway.Accounting;
using AiGateway.CallerApi;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Tests.Accounting;
using AiGateway.Tests.Configuration;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Tests.CallerApi;

/// <summary>The list of models, also where parts of an alias are switched off.</summary>
public sealed class ModelsEndpointTests
{
    private const string LastRuleIsOff = """
        providers:
          simulated:
          openai: {optional: true, keys: env:OPENAI_API_KEY}
        deployments:
          sim: {provider: simulated}
          mini: {provider: openai}
        aliases:
          chat:
            rules:
              - {when: {images: true}, groups: [{deployments: [sim]}]}
              - {groups: [{deployments: [mini]}]}
        """;

    private readonly ModelsEndpoint _endpoint = new(new CostCalculator(AccountingFixture.Catalogue), TimeProvider.System);

    [Fact]
    public async Task LastRuleIsOff_ListDescribesTheModelByTheLastRuleThatIsOn()
    {
        var (context, body) = Context(Loading.Good(LastRuleIsOff));

        await _endpoint.ListAsync(context);

        var model = Assert.Single(Parse(body).GetProperty("data").EnumerateArray());
        Assert.Equal(("chat", "model", "simulated"), (Text(model, "id"), Text(model, "object"), Text(model, "owned_by")));
        Assert.Equal(body.Length, context.Response.ContentLength);
    }

    [Fact]
    public async Task LastRuleIsOff_OneModelIsDescribedToo()
    {
        var (context, body) = Context(Loading.Good(LastRuleIsOff));

        await _endpoint.GetAsync(context, "chat");

        Assert.Equal("simulated", Text(Parse(body), "owned_by"));
    }

    [Fact]
    public async Task Head_HasTheLengthAndNoBody()
    {
        var (context, body) = Context(Loading.Good(LastRuleIsOff));
        context.Request.Method = "HEAD";

        await _endpoint.ListAsync(context);

        Assert.Equal((0, "application/json"), (body.Length, context.Response.ContentType));
        Assert.True(context.Response.ContentLength > 0);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static JsonElement Parse(MemoryStream body) => JsonSerializer.Deserialize<JsonElement>(body.ToArray());

    private static (DefaultHttpContext Context, MemoryStream Body) Context(Snapshot snapshot)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        context.Request.Method = "GET";
        context.Features.Set(new Exchange { Id = "req_1", Snapshot = snapshot, StartedAt = snapshot.LoadedAt, StartTimestamp = 0 });
        return (context, body);
    }
}
