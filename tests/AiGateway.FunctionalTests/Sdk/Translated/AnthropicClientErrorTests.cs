using System.Text;
using Anthropic;
using Anthropic.Exceptions;
using static AiGateway.FunctionalTests.Sdk.Translated.AnthropicMessages;
using static AiGateway.FunctionalTests.Sdk.Translated.DialectFixture;

namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>What goes wrong, as Anthropic's official .NET client shows it: by the type of its exception.</summary>
public sealed class AnthropicClientErrorTests(DialectFixture fixture) : IClassFixture<DialectFixture>
{
    private readonly AnthropicClient _client = fixture.Anthropic;

    public static TheoryData<string> Providers => AnthropicClientTests.Providers;

    [Fact]
    public async Task UnknownKey_IsUnauthorized()
    {
        var refused = await Assert.ThrowsAsync<AnthropicUnauthorizedException>(() => fixture.AnthropicOf("sk-nobodys").Messages.Create(Ask(ModelOf("anthropic"), User("x"))));

        Assert.Contains("authentication_error", refused.ResponseBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MisspeltModel_IsNotFound()
    {
        var refused = await Assert.ThrowsAsync<AnthropicNotFoundException>(() => _client.Messages.Create(Ask("antropic/x", User("x"))));

        Assert.Contains("not_found_error", refused.ResponseBody, StringComparison.Ordinal);
        Assert.NotEmpty(refused.RequestID!);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task RateLimit_IsARateLimit(string provider) =>
        await Assert.ThrowsAsync<AnthropicRateLimitException>(() => _client.Messages.Create(Ask(ModelOf(provider, "retry-after=1"), User("x"))));

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task ServerError_IsOneOfTheFives(string provider)
    {
        var failed = await Assert.ThrowsAnyAsync<Anthropic5xxException>(() => _client.Messages.Create(Ask(ModelOf(provider, "status=500"), User("x"))));

        Assert.Contains("\"type\":\"error\"", failed.ResponseBody, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task TooLongPrompt_IsABadRequest(string provider)
    {
        var refused = await Assert.ThrowsAsync<AnthropicBadRequestException>(() => _client.Messages.Create(Ask(ModelOf(provider, "context_length_exceeded"), User("x"))));

        Assert.Contains("invalid_request_error", refused.ResponseBody, StringComparison.Ordinal);
    }

    // The pace keeps events apart: an error that comes together with the first content is not passed on, but failed over.
    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task StreamCutAfterContent_IsAFailure(string provider, string fault)
    {
        var text = new StringBuilder();
        var failed = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (var step in _client.Messages.CreateStreaming(Ask(ModelOf(provider, fault + ",pace=20"), User("Stream me"))))
            {
                if (step.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece))
                    text.Append(piece.Text);
            }
        });

        Assert.True(failed is AnthropicException or IOException or HttpRequestException, failed.ToString());
        Assert.NotEmpty(text.ToString());
        var record = await fixture.Gateway.ReadRecordOfModelAsync(ModelOf(provider, fault + ",pace=20"));
        Assert.Equal("cut_by_upstream", record.GetProperty("outcome").GetString());
    }

    public static TheoryData<string, string> Cuts()
    {
        var cuts = new TheoryData<string, string>();
        foreach (var provider in Providers.Select(row => row.Data))
        {
            foreach (var fault in (string[])["cut=7", "end=7", "error-event=7", "malformed=7"])
                cuts.Add(provider, fault);
        }
        return cuts;
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task ErrorInsteadOfAStream_IsAnException(string provider) =>
        await Assert.ThrowsAnyAsync<Anthropic5xxException>(async () =>
        {
            await foreach (var step in _client.Messages.CreateStreaming(Ask(ModelOf(provider, "error-event=0"), User("x"))))
                Assert.Fail($"An event came: {step}");
        });
}
