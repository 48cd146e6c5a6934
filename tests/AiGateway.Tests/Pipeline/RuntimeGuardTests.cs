using AiGateway.Hosting;

namespace AiGateway.Tests.Pipeline;

/// <summary>The gateway does not start on a Kestrel that lets requests be smuggled (CVE-2025-55315).</summary>
public sealed class RuntimeGuardTests
{
    [Theory]
    [InlineData("8.0.20")]
    [InlineData("9.0.9+0123abcdef")]
    [InlineData("10.0.0-preview.7.25380.108")]
    [InlineData("10.0.0-rc.1.25451.107+d3c4")]
    [InlineData("7.0.20")]
    [InlineData("2.3.0")]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData(null)]
    public void RuntimeWithTheHole_IsRefusedAndNamed(string? version)
    {
        var refusal = RuntimeGuard.RefusalOf(version);
        Assert.NotNull(refusal);
        Assert.Contains("CVE-2025-55315", refusal, StringComparison.Ordinal);
        Assert.Contains(version ?? "unknown", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.0.21")]
    [InlineData("9.0.10")]
    [InlineData("9.0.112+abc")]
    [InlineData("10.0.0-rc.2.25502.107")]
    [InlineData("10.0.0-rtm.25523.111")]
    [InlineData("10.0.0")]
    [InlineData("10.0.12+0123abcdef")]
    [InlineData("10.0.1-servicing.25569.105")]
    [InlineData("11.0.0-preview.7.26380.1")]
    public void FixedRuntime_MayStart(string version)
    {
        Assert.Null(RuntimeGuard.RefusalOf(version));
    }

    [Fact]
    public void RuntimeOfThisProcess_MayStart()
    {
        Assert.Null(RuntimeGuard.Check());
    }
}
