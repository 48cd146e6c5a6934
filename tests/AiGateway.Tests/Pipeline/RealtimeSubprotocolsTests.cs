using AiGateway.Pipeline;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Tests.Pipeline;

/// <summary>Pins what is read of a browser's subprotocols, and that a key is never confirmed.</summary>
public sealed class RealtimeSubprotocolsTests
{
    [Theory]
    [InlineData("realtime, openai-insecure-api-key.sk-1, openai-beta.realtime-v1", "sk-1", true, "realtime")]
    [InlineData("openai-insecure-api-key.sk-1,realtime", "sk-1", false, "realtime")]
    [InlineData("openai-insecure-api-key.sk-1.2-3_4", "sk-1.2-3_4", false, null)]
    [InlineData("openai-insecure-api-key., my-own", "", false, "my-own")]
    [InlineData("openai-organization.o, openai-project.p", null, false, null)]
    [InlineData("openai-project.p, openai-beta.realtime-v1", null, true, "openai-beta.realtime-v1")]
    [InlineData("Realtime, OPENAI-INSECURE-API-KEY.sk-1", null, false, "Realtime")]
    [InlineData(" , ,", null, false, null)]
    [InlineData("", null, false, null)]
    public void Offered_IsRead(string offered, string? key, bool beta, string? confirmed)
    {
        var values = new StringValues(offered);

        Assert.Equal((key, beta, confirmed), (RealtimeSubprotocols.KeyIn(values), RealtimeSubprotocols.AskForBeta(values), RealtimeSubprotocols.Choose(values)));
    }

    [Fact]
    public void SeveralHeaders_AreOneList()
    {
        var values = new StringValues(["realtime", "openai-insecure-api-key.sk-1"]);

        Assert.Equal(("sk-1", "realtime"), (RealtimeSubprotocols.KeyIn(values), RealtimeSubprotocols.Choose(values)));
    }
}
