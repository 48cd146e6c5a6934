using System.Text;
using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Tests.Forwarding;

/// <summary>What a provider's error answer is taken for.</summary>
public sealed class AttemptClassifierTests
{
    [Theory]
    [InlineData(302, "", nameof(AttemptOutcome.Nonsense))]
    [InlineData(400, "", nameof(AttemptOutcome.Refused))]
    [InlineData(400, "context_length_exceeded", nameof(AttemptOutcome.ContextWindow))]
    [InlineData(400, "content_filter", nameof(AttemptOutcome.ContentPolicy))]
    [InlineData(401, "", nameof(AttemptOutcome.CredentialRefused))]
    [InlineData(400, "invalid_api_key", nameof(AttemptOutcome.CredentialRefused))]
    [InlineData(402, "", nameof(AttemptOutcome.CredentialRefused))]
    [InlineData(403, "", nameof(AttemptOutcome.CredentialRefused))]
    [InlineData(404, "", nameof(AttemptOutcome.Refused))]
    [InlineData(404, "DeploymentNotFound", nameof(AttemptOutcome.DeploymentNotFound))]
    [InlineData(408, "", nameof(AttemptOutcome.ServerError))]
    [InlineData(409, "", nameof(AttemptOutcome.Refused))]
    [InlineData(413, "", nameof(AttemptOutcome.Refused))]
    [InlineData(422, "", nameof(AttemptOutcome.Refused))]
    [InlineData(429, "", nameof(AttemptOutcome.RateLimited))]
    [InlineData(429, "rate_limit_exceeded", nameof(AttemptOutcome.RateLimited))]
    [InlineData(429, "insufficient_quota", nameof(AttemptOutcome.CredentialRefused))]
    [InlineData(500, "", nameof(AttemptOutcome.ServerError))]
    [InlineData(503, "", nameof(AttemptOutcome.ServerError))]
    [InlineData(529, "overloaded_error", nameof(AttemptOutcome.ServerError))]
    public void StatusAndCode_AreClassified(int status, string code, string outcome)
    {
        var error = ProviderError.Parse(status, Encoding.UTF8.GetBytes("""{"error":{"message":"x","code":"CODE"}}""".Replace("CODE", code, StringComparison.Ordinal)));

        Assert.Equal(outcome, AttemptClassifier.Classify(status, error, Upstream.Deployment("d")).ToString());
    }

    [Theory]
    [InlineData("m", nameof(AttemptOutcome.DeploymentNotFound))]
    [InlineData(null, nameof(AttemptOutcome.Refused))]
    public void UnknownModel_IsTheOperatorsMistakeWhereTheFileFixesItsName(string? model, string outcome)
    {
        var error = ProviderError.Parse(404, """{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}"""u8);

        Assert.Equal(outcome, AttemptClassifier.Classify(404, error, Upstream.Deployment("d", model)).ToString());
    }

    [Fact]
    public void HtmlPage_IsClassifiedByItsStatus()
    {
        var error = ProviderError.Parse(502, "<html><body>maximum context length</body></html>"u8);

        Assert.Equal(AttemptOutcome.ServerError, AttemptClassifier.Classify(502, error, Upstream.Deployment("d")));
    }

    [Fact]
    public void EveryOutcome_HasItsSideOfTheCircuitBreaker()
    {
        var counted = Enum.GetValues<AttemptOutcome>().Where(outcome => new AttemptResult(outcome).CountsAgainstDeployment);

        Assert.Equal(
            [
                AttemptOutcome.ConnectFailed, AttemptOutcome.FirstByteTimeout, AttemptOutcome.IdleTimeout, AttemptOutcome.TotalTimeout, AttemptOutcome.ServerError,
                AttemptOutcome.ErrorEvent, AttemptOutcome.Broken, AttemptOutcome.Incomplete, AttemptOutcome.Nonsense,
            ],
            counted);
    }
}
