using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Providers;
using AiGateway.Tests.Configuration;

namespace AiGateway.Tests.Pipeline;

/// <summary>Pins how the native route reads a path, and that whatever it accepts stays behind the provider's base URL.</summary>
public sealed class NativeTargetTests
{
    [Theory]
    [InlineData("/native/openai/files", "openai", "files", "")]
    [InlineData("/native/openai/a/b/?", "openai", "a/b/", "")]
    [InlineData("/native/my%20own/a%2Fb:c?x=%2F..&y", "my own", "a%2Fb:c", "?x=%2F..&y")]
    [InlineData("/native/x/a?key=1&KEY=2&b=3&api%2Dkey=4", "x", "a", "?b=3")]
    [InlineData("/native/x/...", "x", "...", "")]
    public void GoodTarget_IsTakenApart(string raw, string provider, string path, string query)
    {
        var target = NativeTarget.Parse(raw, out var defect);
        Assert.Null(defect);
        Assert.Equal((provider, path, query), (target!.ProviderId, target.Path, target.Query));
    }

    [Theory]
    [InlineData("chat/completions", Operation.ChatCompletions, "")]
    [InlineData("v1/embeddings", Operation.Embeddings, "")]
    [InlineData("openai/deployments/gpt-x/chat/completions", Operation.ChatCompletions, "gpt-x")]
    [InlineData("messages", Operation.Messages, "")]
    [InlineData("models/g%2F1:streamGenerateContent", Operation.GenerateContent, "g/1")]
    [InlineData("model/a%3A0/converse-stream", Operation.ChatCompletions, "a:0")]
    [InlineData("v2/chat", Operation.ChatCompletions, "")]
    [InlineData("messages/count_tokens", null, "")]
    [InlineData("responses/resp_1", null, "")]
    [InlineData("native/openai/chat/completions", null, "")]
    [InlineData("model/converse", null, "")]
    [InlineData("files", null, "")]
    public void KnownPath_HasItsMeaning(string path, Operation? meaning, string model)
    {
        var target = NativeTarget.Parse("/native/p/" + path, out _)!;
        Assert.Equal((meaning, model), (target.Meaning, target.Model));
    }

    [Fact]
    public void AnythingAccepted_StaysBehindTheBaseUrl()
    {
        string[] pieces = ["/", "//", ".", "..", "%2e", "%2E", "%2f", "%5c", "%25", "%00", "%", "\\", ";", ":", "@", "?", "#", "&", "=", "a", "http:", "evil.example", " ", "%20", "\u00e9", "%c3%a9", "%ff", "[", "*", "~"];
        var provider = Loading.Good(Yaml.With("")).Providers["simulated"];
        var root = provider.BaseUrl + "/";
        var random = new Random(20_260_704);
        var accepted = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var raw = NativeTarget.Prefix + "p/" + string.Concat(random.GetItems(pieces, random.Next(1, 8)));
            if (NativeTarget.Parse(raw, out var defect) is not { } target)
            {
                Assert.NotNull(defect);
                continue;
            }
            accepted++;
            var address = UpstreamAddresses.ForNative(provider, target);
            Assert.StartsWith(root, address.AbsoluteUri, StringComparison.Ordinal);
            Assert.Empty(address.Fragment);
            Assert.DoesNotContain("/../", Uri.UnescapeDataString(Uri.UnescapeDataString(address.AbsolutePath)) + "/", StringComparison.Ordinal);
        }
        Assert.InRange(accepted, 1_000, 49_000);
    }

    [Fact]
    public void Configuration_IsCheckedWithPlaces()
    {
        var errors = Loading.Errors("""
            providers:
              openai:
                keys: env:K
                headers: { x-own: "v" }
                native_headers: [X-Fine, Authorization, bad name, X-Own, x-gateway-tags]
            deployments:
              d: { provider: openai, model: m }
            aliases:
              chat: { groups: [{ deployments: [d] }] }
            callers:
              - { id: a, key_hash: "sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293", native: ["open*ai"] }
            """, Loading.EverythingSet);

        Assert.Equal(5, errors.Length);
        Assert.Contains(errors, error => error.Contains(":5:30:", StringComparison.Ordinal) && error.Contains("'Authorization'", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("'bad name' is not a valid header name", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("'X-Own' stands under 'headers' too", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("'x-gateway-tags'", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("'open*ai' has a '*' that is not at its end", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("openai", true)]
    [InlineData("openai-eu", false)]
    [InlineData("team-a", true)]
    [InlineData("team-", true)]
    [InlineData("Openai", false)]
    public void Caller_MayUseWhatIsNamed(string provider, bool expected)
    {
        var caller = new CallerModel { Id = "a", Tags = [], AllowsEverything = true, AllowedNames = [], AllowedPrefixes = [], Native = ["openai", "team-*"] };
        Assert.Equal(expected, caller.MayUseNative(provider));
        Assert.True(CallerModel.Anonymous.MayUseNative(provider));
    }
}
