using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>Webhooks in the file.</summary>
public sealed class WebhookConfigTests
{
    private const string Head = """
        providers: { simulated: }
        deployments: { sim: { provider: simulated, model: a } }
        aliases: { chat: { groups: [{ deployments: [sim] }] } }

        """;

    private const string Good = "secret: 0123456789abcdef01234567";

    [Theory]
    [InlineData("webhooks: { f: { " + Good + " } }", "4:13: The webhook 'f' needs a 'url' that notices are sent to.")]
    [InlineData("webhooks: { f: { url: 'https://h' } }", "The webhook 'f' needs a 'secret' that notices are signed with")]
    [InlineData("webhooks: { f: { url: 'ftp://h', " + Good + " } }", "The address of webhook 'f' is 'ftp://h'. It must be an absolute URL that begins with http:// or https://.")]
    [InlineData("webhooks: { f: { url: 'https://me:pass@h/x', " + Good + " } }", "It must not hold a user name or password")]
    [InlineData("webhooks: { f: { url: 'https://h', secret: short } }", "The secret of webhook 'f' has 5 bytes; at least 24 are needed")]
    [InlineData("webhooks: { f: { url: 'https://h', secret: 'whsec_%%%' } }", "begins with 'whsec_', but no base64 follows.")]
    [InlineData("webhooks: { f: { url: 'https://h', secret: 'env:NOT_THERE_AT_ALL' } }", "The secret of webhook 'f': NOT_THERE_AT_ALL is not set.")]
    [InlineData("webhooks: { f: { url: 'https://h', " + Good + ", on: [renwed] } }", "'renwed' is not known. Did you mean 'renewed'?")]
    [InlineData("webhooks: { finance: { url: 'https://h', " + Good + " } }\nbudgets: [{ on: gateway, amount: 5, notify: [finanse] }]", "5:46: The budget names the webhook 'finanse', which is not defined under 'webhooks'. Did you mean 'finance'?")]
    public void WhatMakesNoSense_IsRefusedWithItsPlace(string text, string expected)
    {
        var errors = Loading.Errors(Head + text);

        Assert.Contains(errors, error => error.Contains(expected, StringComparison.Ordinal));
        Assert.All(errors, error => Assert.DoesNotContain("short", error, StringComparison.Ordinal));
    }

    [Fact]
    public void Resolved_AllKindsWhereNoneIsNamed()
    {
        var snapshot = Loading.Text(Head + $$"""
            webhooks:
              all: { url: "https://hooks.example.com/b?tenant=7", {{Good}} }
              few: { url: "http://127.0.0.1:1/x", {{Good}}, on: spent }
            budgets: [{ on: gateway, amount: 5, per: rolling_week, notify: [few, all, few] }]
            """).Snapshot!;

        Assert.Equal([NoticeKind.Threshold, NoticeKind.Spent, NoticeKind.Renewed], snapshot.Webhooks["all"].On.Order());
        Assert.Equal([NoticeKind.Spent], snapshot.Webhooks["few"].On);
        Assert.Equal("?tenant=7", snapshot.Webhooks["all"].Url.Query);
        Assert.Equal("***", snapshot.Webhooks["all"].Key.ToString());
        Assert.Equal(["few", "all"], snapshot.Limits.All[0].Budget!.Notify);
        Assert.Equal("rolling_week", snapshot.Limits.All[0].Budget!.Per);
    }
}
