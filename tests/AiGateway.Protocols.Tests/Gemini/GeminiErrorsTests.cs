using System.Buffers;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins Google's error bodies, read and written.</summary>
public sealed class GeminiErrorsTests
{
    [Theory]
    [InlineData(400, """{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}""", ProviderErrorKind.InvalidKey)]
    [InlineData(429, """{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}""", ProviderErrorKind.RateLimited)]
    [InlineData(429, """{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"RequestsPerDayPerProject"}]}]}}""", ProviderErrorKind.QuotaExhausted)]
    [InlineData(404, """[{"error":{"code":404,"message":"models/x is not found for API version v1beta","status":"NOT_FOUND"}}]""", ProviderErrorKind.ModelNotFound)]
    [InlineData(400, """{"error":{"code":400,"message":"The input token count (5) exceeds the maximum number of tokens allowed (4).","status":"INVALID_ARGUMENT"}}""", ProviderErrorKind.ContextWindow)]
    [InlineData(0, """{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}""", ProviderErrorKind.Overloaded)]
    [InlineData(500, "<html>", ProviderErrorKind.ServerError)]
    public void Errors_AreUnderstood(int status, string body, ProviderErrorKind kind) => Assert.Equal(kind, GeminiCodec.Instance.ReadError(status, Utf8(body)).Kind);

    [Fact]
    public void StatusesAndCodes_BelongTogether()
    {
        foreach (var code in (int[])[400, 401, 403, 404, 409, 429, 499, 500, 501, 503, 504])
            Assert.Equal(code, GeminiErrors.CodeOf(GeminiErrors.StatusOf(code)));
        Assert.Equal("INVALID_ARGUMENT", GeminiErrors.StatusOf(413));
        Assert.Equal(500, GeminiErrors.CodeOf("WHAT"));
    }

    [Fact]
    public void Body_IsGoogles()
    {
        var output = new ArrayBufferWriter<byte>();
        GeminiErrors.Write(output, 429, "slow \"down\"", "RATE_LIMIT_EXCEEDED");
        AssertJson(
            """{"error":{"code":429,"message":"slow \"down\"","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED"}]}}""",
            JsonNode.Parse(output.WrittenSpan));
    }
}
