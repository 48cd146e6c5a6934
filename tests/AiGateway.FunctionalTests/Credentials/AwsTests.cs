using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Credentials;

/// <summary>Requests to AWS are signed over the bytes that arrive, with credentials from wherever the SDK's chain finds them.</summary>
public sealed class AwsTests(CredentialsFixture fixture) : IClassFixture<CredentialsFixture>
{
    private const string Converse = "{ kind: bedrock-converse, base_url: UPSTREAM, credentials: { type: aws, region: us-east-1 } }";
    private const string OpenAI = "{ kind: bedrock, base_url: UPSTREAM/openai/v1, credentials: { type: aws, region: eu-west-1 } }";
    private const string Role = "{ kind: bedrock-converse, base_url: UPSTREAM, credentials: { type: aws, region: us-east-1, role_arn: \"arn:aws:iam::123456789012:role/models\", external_id: ours } }";
    private const string Key = "AKIAENVIRONMENT00000";
    private const string Secret = "environmentSecretKey/environmentSecret+12";

    private static readonly Dictionary<string, string?> Variables = CredentialsFixture.Environment(("AWS_ACCESS_KEY_ID", Key), ("AWS_SECRET_ACCESS_KEY", Secret));

    [Fact]
    public async Task CredentialsOfTheEnvironment_SignWholeAndStreamedRequests()
    {
        fixture.Reset();
        await using var gateway = await GatewayProcess.StartAsync(fixture.File(Converse), Variables);

        fixture.Upstream.Answer = UpstreamAnswer.Json(CredentialsFixture.Converse);
        var (status, body, _) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat());
        Assert.True(status == 200, body + gateway.Process.Output);
        fixture.Upstream.Answer = CredentialsFixture.ConverseStream();
        (status, body, _) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat(stream: true));
        Assert.True(status == 200, body);
        Assert.Contains("Hello", body, StringComparison.Ordinal);

        Assert.Equal(["/model/us.amazon.nova-micro-v1%3A0/converse", "/model/us.amazon.nova-micro-v1%3A0/converse-stream"], fixture.Upstream.Received.Select(request => request.Target));
        Assert.All(fixture.Upstream.Received, request => SigV4Check.Holds(request, Key, Secret, "us-east-1", "bedrock"));
    }

    [Fact]
    public async Task BytesThatPassWithEdits_AreSignedAsTheyArrive()
    {
        fixture.Reset();
        await using var gateway = await GatewayProcess.StartAsync(fixture.File(OpenAI, "openai.gpt-oss-20b"), Variables);

        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        var (status, body, _) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat());
        Assert.True(status == 200, body);
        fixture.Upstream.Answer = UpstreamAnswer.Events(Bodies.ChatEvents);
        (status, body, _) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat(stream: true));
        Assert.True(status == 200, body);
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);

        Assert.All(fixture.Upstream.Received, request => SigV4Check.Holds(request, Key, Secret, "eu-west-1", "bedrock"));
        Assert.Equal(2, fixture.Upstream.Received.Count);
        Assert.Contains("include_usage", fixture.Upstream.Received[1].Text, StringComparison.Ordinal);
    }

    // The picture is encoded on the way, once for the signature and once for the provider; the larger one comes from a temporary file.
    [Theory]
    [InlineData(1_000)]
    [InlineData(3_000_000)]
    public async Task PictureOfAForm_IsSignedAsItArrives(int length)
    {
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"images":["iVBORw0KGgo="]}""");
        await using var gateway = await GatewayProcess.StartAsync(fixture.File(Converse, "amazon.nova-canvas-v1:0"), Variables);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("chat"), "model" },
            { new StringContent("a hat"), "prompt" },
            { new ByteArrayContent([0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. new byte[length]]), "image", "a.png" },
        };

        var (status, body, _) = await CredentialsFixture.SendAsync(gateway, new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/images/edits", UriKind.Relative)) { Content = form });

        Assert.True(status == 200, body);
        SigV4Check.Holds(Assert.Single(fixture.Upstream.Received), Key, Secret, "us-east-1", "bedrock");
    }

    [Fact]
    public async Task ContainersCredentials_AreFetchedOnceForAll_AndTheSessionIsSigned()
    {
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json(CredentialsFixture.Converse);
        await using var gateway = await GatewayProcess.StartAsync(fixture.File(Converse), Container());

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat())));

        Assert.All(answers, answer => Assert.True(answer.Status == 200, answer.Body));
        Assert.Contains("container-authorization", Assert.Single(fixture.Clouds.Asked), StringComparison.Ordinal);
        Assert.Equal(16, fixture.Upstream.Received.Count);
        Assert.All(fixture.Upstream.Received, request =>
        {
            SigV4Check.Holds(request, CloudEndpoints.AccessKey, CloudEndpoints.Secret, "us-east-1", "bedrock");
            Assert.Equal(CloudEndpoints.Session, Assert.Single(request.Values("x-amz-security-token")));
        });
    }

    [Fact]
    public async Task Role_IsAssumedWithThem()
    {
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json(CredentialsFixture.Converse);
        await using var gateway = await GatewayProcess.StartAsync(fixture.File(Role), Container(("AWS_ENDPOINT_URL_STS", $"{fixture.Clouds.Address}sts")));

        var (status, body, _) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat());

        Assert.True(status == 200, body);
        SigV4Check.Holds(Assert.Single(fixture.Upstream.Received), CloudEndpoints.RoleAccessKey, CloudEndpoints.RoleSecret, "us-east-1", "bedrock");
        var asked = fixture.Clouds.Asked.Last();
        Assert.StartsWith("/sts Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmodels&RoleSessionName=aigateway&ExternalId=ours AWS4-HMAC-SHA256 Credential=" + CloudEndpoints.AccessKey, asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebIdentity_IsExchangedUnsigned()
    {
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json(CredentialsFixture.Converse);
        var token = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(token, "the-kubernetes-token\n", TestContext.Current.CancellationToken);
            await using var gateway = await GatewayProcess.StartAsync(fixture.File(Converse), CredentialsFixture.Environment(
                ("AWS_WEB_IDENTITY_TOKEN_FILE", token), ("AWS_ROLE_ARN", "arn:aws:iam::1:role/pod"), ("AWS_ENDPOINT_URL_STS", $"{fixture.Clouds.Address}sts")));

            var (status, body, _) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat());

            Assert.True(status == 200, body);
            SigV4Check.Holds(Assert.Single(fixture.Upstream.Received), CloudEndpoints.RoleAccessKey, CloudEndpoints.RoleSecret, "us-east-1", "bedrock");
            Assert.Equal("/sts Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fpod&RoleSessionName=aigateway&WebIdentityToken=the-kubernetes-token ", Assert.Single(fixture.Clouds.Asked));
        }
        finally
        {
            File.Delete(token);
        }
    }

    [Fact]
    public async Task ProfileWithARoleAndASource_IsFollowed()
    {
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json(CredentialsFixture.Converse);
        var config = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(config, $"[base]\naws_access_key_id={Key}\naws_secret_access_key={Secret}\n\n[models]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=base\n", TestContext.Current.CancellationToken);
            await using var gateway = await GatewayProcess.StartAsync(
                fixture.File("{ kind: bedrock-converse, base_url: UPSTREAM, credentials: { type: aws, region: us-east-1, profile: models } }"),
                CredentialsFixture.Environment(("AWS_SHARED_CREDENTIALS_FILE", config), ("AWS_ENDPOINT_URL_STS", $"{fixture.Clouds.Address}sts")));

            var (status, body, _) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat());

            Assert.True(status == 200, body);
            Assert.Contains($"Credential={Key}/", Assert.Single(fixture.Clouds.Asked), StringComparison.Ordinal);
            SigV4Check.Holds(Assert.Single(fixture.Upstream.Received), CloudEndpoints.RoleAccessKey, CloudEndpoints.RoleSecret, "us-east-1", "bedrock");
        }
        finally
        {
            File.Delete(config);
        }
    }

    [Fact]
    public async Task RefusedRole_FailsOver_AndTheCauseIsInTheRecordOnly()
    {
        fixture.Reset();
        fixture.Clouds.Status = 403;
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        await using var gateway = await GatewayProcess.StartAsync(
            fixture.File(Role), CredentialsFixture.Environment(("AWS_ACCESS_KEY_ID", Key), ("AWS_SECRET_ACCESS_KEY", Secret), ("AWS_ENDPOINT_URL_STS", $"{fixture.Clouds.Address}sts")));

        var (status, body, id) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat("safe"));
        Assert.True(status == 200, body);
        Assert.Equal("Bearer sk-spare", Assert.Single(Assert.Single(fixture.Upstream.Received).Values("Authorization")));
        var attempt = (await gateway.ReadRecordsAsync(id)).GetProperty("attempts")[0];
        Assert.Equal("credential_refused", attempt.GetProperty("outcome").GetString());
        Assert.Equal("not sent: no credentials for provider 'p': AWS STS answered 403 AccessDenied: User is not authorized to perform sts:AssumeRole", attempt.GetProperty("error").GetString());

        // It rests now: nobody asks STS again.
        (status, body, _) = await CredentialsFixture.SendAsync(gateway, CredentialsFixture.Chat());
        Assert.Equal(503, status);
        Assert.Single(fixture.Clouds.Asked);
        Assert.DoesNotContain("STS", body, StringComparison.Ordinal);
        Assert.Contains("No credentials of AWS", gateway.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, gateway.Process.Output, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Container(params (string Name, string? Value)[] more) => CredentialsFixture.Environment(
        [("AWS_CONTAINER_CREDENTIALS_FULL_URI", $"{fixture.Clouds.Address}container"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "container-authorization"), .. more]);
}
