using System.Text;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.OpenAI;

/// <summary>Pins that every known shape of an error gives its message, and what it is taken to mean.</summary>
public sealed class ProviderErrorTests
{
    [Theory]
    [InlineData("""{"error":{"message":"m","type":"t","code":"c","param":"p"}}""", "m", "t", "c", "p")]
    [InlineData("""{"error":{"message":"m","code":429}}""", "m", null, "429", null)]
    [InlineData("""{"error":"m"}""", "m", null, null, null)]
    [InlineData("""{"message":"m"}""", "m", null, null, null)]
    [InlineData("""{"id":"x","message":"m"}""", "m", null, null, null)]
    [InlineData("""{"detail":"m"}""", "m", null, null, null)]
    [InlineData("""{"detail":[{"loc":["body"],"msg":"m","type":"missing"}]}""", "m", "missing", null, null)]
    [InlineData("""[{"error":{"code":404,"message":"m","status":"NOT_FOUND"}}]""", "m", null, "NOT_FOUND", null)]
    [InlineData("""{"object":"error","message":{"detail":[{"msg":"m"}]},"type":"invalid_request_error"}""", "m", "invalid_request_error", null, null)]
    [InlineData("""{"error":{"message":"inner","type":"t"},"message":"outer"}""", "inner", "t", null, null)]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"m"}}""", "m", "overloaded_error", null, null)]
    [InlineData("""{"type":"response.failed","response":{"error":{"code":"c","message":"m"}}}""", "m", "response.failed", "c", null)]
    [InlineData("""{"error":{"message":"m","type":"t"},"cut":""", "m", "t", null, null)]
    [InlineData("\"m\"", "m", null, null, null)]
    public void Shape_IsRead(string body, string message, string? type, string? code, string? param)
    {
        var error = ProviderError.Parse(400, Encoding.UTF8.GetBytes(body));

        Assert.Equal((message, type, code, param), (error.Message, error.Type, error.Code, error.Param));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("<html><body>Bad gateway</body></html>")]
    [InlineData("upstream connect error")]
    [InlineData("{\"error\":\"<!DOCTYPE html><html></html>\"}")]
    [InlineData("{\"error\":{}}")]
    [InlineData("{\"error\":{\"message\":\"\\ud800\"}}")]
    [InlineData("[]")]
    [InlineData("{")]
    public void NoMessage_GivesAGeneralOne(string body)
    {
        Assert.Equal("The provider answered with status 502.", ProviderError.Parse(502, Encoding.UTF8.GetBytes(body)).Message);
        Assert.Equal("The provider reported an error without a message.", ProviderError.Parse(0, Encoding.UTF8.GetBytes(body)).Message);
    }

    [Fact]
    public void Message_IsBoundedAndOneLine()
    {
        var error = ProviderError.Parse(400, Encoding.UTF8.GetBytes("{\"message\":\"a\\r\\nb\\u0007" + new string('é', 5000) + "\"}"));

        Assert.StartsWith("a  b é", error.Message, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(error.Message), 2000, 2048);
    }

    [Theory]
    [InlineData(400, "context_length_exceeded", "x", ProviderErrorKind.ContextWindow)]
    [InlineData(400, null, "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.", ProviderErrorKind.ContextWindow)]
    [InlineData(400, null, "prompt is too long: 210000 tokens > 200000 maximum", ProviderErrorKind.ContextWindow)]
    [InlineData(400, null, "Input is too long for requested model.", ProviderErrorKind.ContextWindow)]
    [InlineData(400, null, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", ProviderErrorKind.ContextWindow)]
    [InlineData(400, null, "too many tokens: size limit exceeded", ProviderErrorKind.ContextWindow)]
    [InlineData(413, "rate_limit_exceeded", "Request too large for model on tokens per minute (TPM)", ProviderErrorKind.RateLimited)]
    [InlineData(400, "content_filter", "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", ProviderErrorKind.ContentPolicy)]
    [InlineData(400, "content_policy_violation", "x", ProviderErrorKind.ContentPolicy)]
    [InlineData(404, "DeploymentNotFound", "The API deployment for this resource does not exist.", ProviderErrorKind.DeploymentNotFound)]
    [InlineData(404, "model_not_found", "The model `x` does not exist", ProviderErrorKind.ModelNotFound)]
    [InlineData(404, null, "models/x is not found for API version v1beta", ProviderErrorKind.ModelNotFound)]
    [InlineData(400, null, "Model x is not supported.", ProviderErrorKind.ModelNotFound)]
    [InlineData(401, null, "x", ProviderErrorKind.InvalidKey)]
    [InlineData(400, null, "API key not valid. Please pass a valid API key.", ProviderErrorKind.InvalidKey)]
    [InlineData(403, null, "x", ProviderErrorKind.PermissionDenied)]
    [InlineData(402, null, "x", ProviderErrorKind.QuotaExhausted)]
    [InlineData(429, "insufficient_quota", "You exceeded your current quota", ProviderErrorKind.QuotaExhausted)]
    [InlineData(429, null, "Slow down", ProviderErrorKind.RateLimited)]
    [InlineData(503, null, "x", ProviderErrorKind.Overloaded)]
    [InlineData(529, null, "x", ProviderErrorKind.Overloaded)]
    [InlineData(500, null, "The engine is currently overloaded", ProviderErrorKind.Overloaded)]
    [InlineData(500, null, "context length", ProviderErrorKind.ServerError)]
    [InlineData(0, "server_error", "x", ProviderErrorKind.ServerError)]
    [InlineData(0, "429", "x", ProviderErrorKind.RateLimited)]
    [InlineData(422, null, "x", ProviderErrorKind.InvalidRequest)]
    [InlineData(0, null, "x", ProviderErrorKind.Other)]
    public void Error_IsOfItsKind(int status, string? code, string message, ProviderErrorKind kind)
    {
        var codeJson = code is null ? "null" : int.TryParse(code, out _) ? code : $"\"{code}\"";

        Assert.Equal(kind, ProviderError.Parse(status, Encoding.UTF8.GetBytes($$$"""{"error":{"message":"{{{message}}}","code":{{{codeJson}}}}}""")).Kind);
    }

    [Fact]
    public void AzureInnerCode_TellsTheContentFilter()
    {
        var error = ProviderError.Parse(400, """{"error":{"code":"BadRequest","message":"x","innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{}}}}"""u8);

        Assert.Equal(ProviderErrorKind.ContentPolicy, error.Kind);
        Assert.Equal("BadRequest", error.Code);
    }
}
