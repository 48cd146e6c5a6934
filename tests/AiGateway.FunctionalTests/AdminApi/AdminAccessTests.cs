using System.Globalization;
using System.Net;
using System.Text;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;

namespace AiGateway.FunctionalTests.AdminApi;

/// <summary>Who may use the Admin API, what it refuses, and what it never shows.</summary>
public sealed class AdminAccessTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    [Fact]
    public async Task WithoutAdminKeys_ItIsOff_AndSaysHowToTurnItOn()
    {
        await using var gateway = await GatewayServer.ForSimulatorsAsync([simulators.A.Address]);

        var answer = await new AdminNode(gateway).AskAsync("POST", "keys", "{}", key: null);

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal("admin_api_off", answer.Code);
        Assert.Contains("host.admin.keys", answer.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(gateway.DataFolder, "runtime.db")));
    }

    [Fact]
    public async Task Roles_NoKeyAndCallersKeysNothing_ReadersRead_WritersWrite()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        var key = await node.NewKeyAsync("""{"id":"a"}""");

        Assert.Equal(HttpStatusCode.Unauthorized, (await node.AskAsync("GET", "keys", key: null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await node.AskAsync("GET", "keys", key: key)).Status);
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync("GET", "keys", key: AdminNode.ReadKey)).Status);
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync("GET", "audit", key: AdminNode.ReadKey)).Status);
        foreach (var (method, path) in new[] { ("POST", "keys"), ("PATCH", "keys/a"), ("DELETE", "keys/a"), ("POST", "keys/a/rotate"), ("POST", "teams") })
            Assert.Equal("read_only_key", (await node.AskAsync(method, path, "{}", AdminNode.ReadKey)).Code);
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(key));
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(AdminNode.WriteKey));
        using var health = await gateway.Admin.GetAsync(new Uri("healthz", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task AdminKeys_ComeAndGoWithTheFile_AndTheLastOneLeavesTheListenerClosed()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        var original = await File.ReadAllTextAsync(gateway.RoutingFile, TestContext.Current.CancellationToken);
        var (write, another) = (GatewayServer.HashOf(AdminNode.WriteKey), GatewayServer.HashOf("another-key"));

        await RewriteAsync(original.Replace(write, another, StringComparison.Ordinal));
        await AdminNode.UntilAsync(async () => (await node.AskAsync("GET", "keys", key: "another-key")).Status == HttpStatusCode.OK, "the new key is taken");
        Assert.Equal(HttpStatusCode.Unauthorized, (await node.AskAsync("GET", "keys")).Status);
        Assert.Equal(HttpStatusCode.Created, (await node.AskAsync("POST", "keys", """{"id":"made"}""", "another-key")).Status);

        await RewriteAsync(original.Replace(write, another, StringComparison.Ordinal).Replace("role: write", "role: read", StringComparison.Ordinal));
        await AdminNode.UntilAsync(async () => (await node.AskAsync("POST", "keys", "{}", "another-key")).Status == HttpStatusCode.Forbidden, "the key may only read");

        await RewriteAsync(string.Join('\n', original.Split('\n').Where(static line => !line.Contains("key_hash", StringComparison.Ordinal) && line.Trim() != "keys:")));
        await AdminNode.UntilAsync(async () => (await node.AskAsync("GET", "keys", key: AdminNode.ReadKey)).Status == HttpStatusCode.Unauthorized, "no key is taken");
        Assert.Equal(HttpStatusCode.Unauthorized, (await node.AskAsync("GET", "report", key: null)).Status);

        await RewriteAsync(original);
        await AdminNode.UntilAsync(async () => (await node.AskAsync("GET", "keys")).Status == HttpStatusCode.OK, "the first key is taken again");

        async Task RewriteAsync(string text)
        {
            await File.WriteAllTextAsync(gateway.RoutingFile + ".new", text, TestContext.Current.CancellationToken);
            File.Move(gateway.RoutingFile + ".new", gateway.RoutingFile, overwrite: true);
        }
    }

    [Fact]
    public async Task OpenApi_IsServedToKeys_AndWhatItNamesIsThere()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        Assert.Equal(HttpStatusCode.Unauthorized, (await node.AskAsync("GET", "openapi.json", key: null)).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await node.AskAsync("POST", "openapi.json", "{}")).Status);

        var document = (await node.AskAsync("GET", "openapi.json", key: AdminNode.ReadKey)).Body;

        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                using var request = new HttpRequestMessage(new HttpMethod(operation.Name.ToUpperInvariant()), new Uri(path.Name.Replace("{id}", "nobody", StringComparison.Ordinal).TrimStart('/'), UriKind.Relative));
                request.Headers.Add("Authorization", $"Bearer {AdminNode.WriteKey}");
                request.Content = operation.Value.TryGetProperty("requestBody", out _) ? new StringContent("{}", Encoding.UTF8, "application/json") : null;
                using var answer = await gateway.Admin.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.True(
                    operation.Value.GetProperty("responses").TryGetProperty(((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture), out _),
                    $"{operation.Name} {path.Name} answers {answer.StatusCode}, which is not in the document.");
                Assert.NotEqual(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
            }
        }
    }

    [Theory]
    [InlineData("keys", "")]
    [InlineData("keys", "[]")]
    [InlineData("keys", "null")]
    [InlineData("keys", "{")]
    [InlineData("keys", """{"id":"a","id":"b"}""")]
    [InlineData("keys", """{"id":1}""")]
    [InlineData("keys", """{"id":"a/b"}""")]
    [InlineData("keys", """{"id":"../keys"}""")]
    [InlineData("keys", """{"id":"a\u0000b"}""")]
    [InlineData("keys", """{"id":"a\nb"}""")]
    [InlineData("keys", """{"team":"\ud800"}""")]
    [InlineData("keys", """{"team":"a\u0007b"}""")]
    [InlineData("keys", """{"aliases":["a*b"]}""")]
    [InlineData("keys", """{"aliases":{"a":1}}""")]
    [InlineData("keys", """{"expires":"soon"}""")]
    [InlineData("keys", """{"disabled":"yes"}""")]
    [InlineData("keys", """{"key_hash":"sk-a-key-itself"}""")]
    [InlineData("keys", """{"admin":true}""")]
    [InlineData("teams", """{"id":"t","key_hash":"x"}""")]
    [InlineData("budgets", """{"on":"key"}""")]
    [InlineData("budgets", """{"on":"key","amount":"NaN"}""")]
    [InlineData("budgets", """{"on":"key","amount":"-5"}""")]
    [InlineData("budgets", """{"on":"key","amount":1e400}""")]
    [InlineData("budgets", """{"on":"key","amount":0}""")]
    [InlineData("budgets", """{"on":"key","amount":"5","time_zone":"Mars/Base"}""")]
    [InlineData("budgets", """{"on":"key","amount":"5","then_alias":"nowhere"}""")]
    [InlineData("budgets", """{"on":"nobody","amount":"5"}""")]
    [InlineData("budgets", """{"on":"key","match":"'; DROP TABLE entries; --","amount":"5"}""")]
    [InlineData("limits", """{"on":"key"}""")]
    [InlineData("limits", """{"on":"key","requests":"many"}""")]
    [InlineData("limits", """{"on":"key","requests":"1.5/minute"}""")]
    [InlineData("limits", """{"on":"key","requests":"99999999999999999/minute"}""")]
    [InlineData("limits", """{"on":"key","concurrent":0}""")]
    [InlineData("limits", """[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]""")]
    public async Task BadEntries_AreRefusedInWords_AndLeaveNothing(string path, string body)
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);

        var answer = await node.AskAsync("POST", path, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.True(answer.Message.Length > 20, answer.Message);
        Assert.DoesNotContain("sk-a-key-itself", answer.Body.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer.Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, (await node.AskAsync("GET", path)).Body.GetProperty("data").GetArrayLength());
        Assert.Equal(0, (await node.AskAsync("GET", "audit")).Body.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task OddRequests_HaveAnswers_AndTheEnvironmentIsNotRead()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await node.AskAsync("POST", "keys", $$"""{"team":"{{new string('x', 70_000)}}"}""")).Status);
        Assert.Equal("invalid_entry", (await node.AskAsync("POST", "keys", $$"""{"team":"{{new string('x', 60_000)}}"}""")).Code);
        using var form = new StringContent("id=a", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var request = new HttpRequestMessage(HttpMethod.Post, "admin/keys") { Content = form, Headers = { { "Authorization", $"Bearer {AdminNode.WriteKey}" } } };
        using var posted = await gateway.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, posted.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await node.AskAsync("PUT", "keys/a", "{}")).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await node.AskAsync("DELETE", "audit")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await node.AskAsync("PATCH", "keys/nobody", "{}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await node.AskAsync("POST", "budgets/x/rotate")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await node.AskAsync("GET", "keys?limit=0")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await node.AskAsync("GET", "keys?limt=1")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await node.AskAsync("GET", "audit?kind=keys")).Status);
        Assert.Equal("${PATH}", (await node.AskAsync("POST", "keys", """{"id":"env","team":"${PATH}"}""")).Text("team"));
        foreach (var bad in new[] { """{"grace":"-1h"}""", """{"grace":"31d"}""", """{"grace":5}""", """{"later":"1h"}""" })
            Assert.Equal(HttpStatusCode.BadRequest, (await node.AskAsync("POST", "keys/env/rotate", bad)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await node.AskAsync("PATCH", "keys/env", """{"id":"other"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await node.AskAsync("PATCH", "keys/env", """{"key_hash":"x"}""")).Status);
    }

    [Fact]
    public async Task KeysThemselves_AreNowhereButInTheAnswerThatMadeThem()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        var key = await node.NewKeyAsync("""{"id":"secret"}""");
        var rotated = (await node.AskAsync("POST", "keys/secret/rotate", """{"grace":"1h"}""")).Text("key");
        await gateway.StopAsync();
        var hash = GatewayServer.HashOf(rotated)["sha256:".Length..];

        foreach (var file in Directory.EnumerateFiles(gateway.DataFolder, "runtime.db*"))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(key)) < 0, file);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(rotated)) < 0, file);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        await using var again = await StartAsync(gateway.DataFolder);
        foreach (var path in new[] { "keys", "keys/secret", "audit" })
        {
            var text = (await new AdminNode(again).AskAsync("GET", path)).Body.GetRawText();
            Assert.DoesNotContain(rotated, text, StringComparison.Ordinal);
            Assert.DoesNotContain(hash, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Audit_SaysWhoDidWhat_NewestFirst_InPages()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        await node.NewKeyAsync("""{"id":"a","team":"red"}""");
        await node.AskAsync("PATCH", "keys/a", """{"team":"blue"}""");
        await node.AskAsync("DELETE", "keys/a");

        var page = (await node.AskAsync("GET", "audit?limit=2")).Body;
        var rest = (await node.AskAsync("GET", $"audit?before={page.GetProperty("next_before")}&kind=key&id=a&actor=ops")).Body;

        Assert.Equal(["revoke", "update"], page.GetProperty("data").EnumerateArray().Select(static row => row.GetProperty("action").GetString()));
        var update = page.GetProperty("data")[1];
        Assert.Equal("ops", update.GetProperty("actor").GetString());
        Assert.Equal("red", update.GetProperty("old").GetProperty("team").GetString());
        Assert.Equal("blue", update.GetProperty("new").GetProperty("team").GetString());
        Assert.Equal("create", Assert.Single(rest.GetProperty("data").EnumerateArray()).GetProperty("action").GetString());
        Assert.False(rest.GetProperty("has_more").GetBoolean());
    }

    private Task<GatewayServer> StartAsync(string? dataFolder = null) =>
        GatewayServer.ForSimulatorsAsync([simulators.A.Address], AdminNode.Settings, new GatewayServerOptions { DataFolder = dataFolder });
}
