using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Credentials;

/// <summary>Access tokens of Google and Azure: fetched once for all, sent as bearers, never shown.</summary>
public sealed class TokenTests(CredentialsFixture fixture) : IClassFixture<CredentialsFixture>
{
    private const string Azure = "{ kind: azure, base_url: UPSTREAM, credentials: azure }";

    [Fact]
    public async Task GooglesServiceAccount_GivesOneTokenForAll()
    {
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json(CredentialsFixture.Gemini);
        using var account = new ServiceAccountFile($"{fixture.Clouds.Address}google");
        await using var gateway = await GatewayServer.StartAsync(Vertex(account));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat())));

        Assert.All(answers, answer => Assert.True(answer.Status == 200, answer.Body));
        var asked = Assert.Single(fixture.Clouds.Asked);
        Assert.StartsWith("/google assertion=", asked, StringComparison.Ordinal);
        Assert.Contains("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer", asked, StringComparison.Ordinal);
        var tokens = fixture.Upstream.Received.Select(request => Assert.Single(request.Values("Authorization"))).ToHashSet();
        Assert.StartsWith("Bearer ya29.", Assert.Single(tokens), StringComparison.Ordinal);
        Assert.All(fixture.Upstream.Received, request => Assert.Empty(request.Values("x-goog-api-key")));
        // Its claims: for whom, for what, to whom.
        var assertion = asked.Split("assertion=")[1].Split('&', ' ')[0];
        using var claims = JsonDocument.Parse(Decode(assertion.Split('.')[1]));
        Assert.Equal("models@test.iam.gserviceaccount.com", claims.RootElement.GetProperty("iss").GetString());
        Assert.Equal("https://www.googleapis.com/auth/cloud-platform", claims.RootElement.GetProperty("scope").GetString());
    }

    [Fact]
    public async Task GoogleRefuses_FailsOver_Rests_AndComesBack()
    {
        fixture.Reset();
        fixture.Clouds.Status = 400;
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        using var account = new ServiceAccountFile($"{fixture.Clouds.Address}google");
        await using var gateway = await GatewayServer.StartAsync(RoutingText.Merge(Vertex(account), "breaker:\n  credential_cooldown: 100ms\n"));

        var (status, body, id) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat("safe"));
        Assert.True(status == 200, body);
        var attempt = (await gateway.ReadRecordsAsync(id)).GetProperty("attempts")[0];
        Assert.Equal("credential_refused", attempt.GetProperty("outcome").GetString());
        Assert.StartsWith("not sent: no credentials for provider 'p': ", attempt.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("invalid_grant", attempt.GetProperty("error").GetString(), StringComparison.Ordinal);

        fixture.Clouds.Status = 200;
        fixture.Upstream.Answer = UpstreamAnswer.Json(CredentialsFixture.Gemini);
        status = 0;
        for (var i = 0; i < 100 && status != 200; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            (status, body, _) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat());
        }
        Assert.True(status == 200, body);
    }

    [Fact]
    public async Task ProviderThatRepeatsTheToken_ItIsMasked()
    {
        fixture.Reset();
        using var account = new ServiceAccountFile($"{fixture.Clouds.Address}google");
        await using var gateway = await GatewayServer.StartAsync(Vertex(account));
        fixture.Upstream.Answer = UpstreamAnswer.Json(CredentialsFixture.Gemini);
        await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat());
        var token = Assert.Single(fixture.Upstream.Received[0].Values("Authorization"))["Bearer ".Length..];

        fixture.Upstream.Answer = UpstreamAnswer.Json($$$"""{"error":{"code":400,"message":"I do not like {{{token}}}.","status":"INVALID_ARGUMENT"}}""", 400);
        var (status, body, id) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat());

        Assert.Equal(400, status);
        Assert.Contains("I do not like ***.", body, StringComparison.Ordinal);
        Assert.DoesNotContain(token, body + await gateway.ReadRecordsAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AzuresManagedIdentity_GivesTheToken()
    {
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        await using var gateway = await GatewayProcess.StartAsync(fixture.File(Azure, "my-deployment"), CredentialsFixture.Environment(
            ("IDENTITY_ENDPOINT", $"{fixture.Clouds.Address}azure"), ("IDENTITY_HEADER", "identity-header"), ("AZURE_CLIENT_ID", null), ("AZURE_TENANT_ID", null), ("AZURE_CLIENT_SECRET", null)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat())));

        Assert.All(answers, answer => Assert.True(answer.Status == 200, answer.Body + gateway.Process.Output));
        var asked = Assert.Single(fixture.Clouds.Asked);
        Assert.Contains("resource=https://cognitiveservices.azure.com", Uri.UnescapeDataString(asked), StringComparison.Ordinal);
        Assert.Contains("identity-header", asked, StringComparison.Ordinal);
        Assert.All(fixture.Upstream.Received, request =>
        {
            Assert.Equal("Bearer " + CloudEndpoints.AzureToken, Assert.Single(request.Values("Authorization")));
            Assert.Empty(request.Values("api-key"));
        });
        Assert.DoesNotContain(CloudEndpoints.AzureToken, gateway.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GatewayWithoutCloudCredentials_LoadsNoneOfTheSdks()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc not found");
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        await using var gateway = await GatewayProcess.StartAsync(fixture.File("{ kind: openai, base_url: UPSTREAM, keys: sk-upstream-p }"));
        var (status, body, _) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat());
        Assert.True(status == 200, body);

        var maps = await File.ReadAllTextAsync($"/proc/{gateway.Process.Id}/maps", TestContext.Current.CancellationToken);

        Assert.Contains("Yarp.ReverseProxy.dll", maps, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"/(AWSSDK|Azure\.|Google\.|Microsoft\.Identity|Newtonsoft)[^/]*\.dll", maps);
    }

    private string Vertex(ServiceAccountFile account) =>
        fixture.File($"{{ kind: vertex, base_url: UPSTREAM/v1/projects/p/locations/l/publishers/google, credentials: {{ type: google, file: \"{account.Path}\" }} }}", "gemini-2.5-flash");

    private static byte[] Decode(string part)
    {
        var text = part.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }
}
