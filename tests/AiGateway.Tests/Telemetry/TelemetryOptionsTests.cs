using AiGateway.Configuration;
using AiGateway.Telemetry;

namespace AiGateway.Tests.Telemetry;

public sealed class TelemetryOptionsTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("http", false)]
    [InlineData("http, gen_ai_latest_experimental", true)]
    public void OptInVariable_IsAList(string? value, bool latest) =>
        Assert.Equal(latest, TelemetryOptions.From(HostModel.Default, name => name == "OTEL_SEMCONV_STABILITY_OPT_IN" ? value : null).LatestGenAiNames);

    [Fact]
    public void HttpEndpoint_GetsThePathOfItsSignal() =>
        Assert.Equal("http://collector:4318/v1/traces", new OtlpModel(new Uri("http://collector:4318"), HttpProtobuf: true, [], 1).EndpointOf("traces").AbsoluteUri);
}
