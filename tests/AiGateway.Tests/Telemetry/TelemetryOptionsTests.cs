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
        Assert.Equal(latest, From(new OtlpConfig(), ("OTEL_SEMCONV_STABILITY_OPT_IN", value)).LatestGenAiNames);

    [Fact]
    public void WithoutAnEndpoint_NothingIsExported() => Assert.Null(From(new OtlpConfig { Protocol = "grpc" }).Otlp);

    [Fact]
    public void Environment_SpeaksWhereTheFileIsSilent()
    {
        var otlp = From(new OtlpConfig(), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")).Otlp!;

        Assert.Equal("http://collector:4318/v1/traces", otlp.EndpointOf("traces").AbsoluteUri);
        Assert.Equal(1, otlp.SampleRatio);
    }

    [Fact]
    public void File_WinsOverTheEnvironment()
    {
        var otlp = From(new OtlpConfig { Endpoint = "https://mine:4317", Protocol = "grpc", SampleRatio = 0.1 }, ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")).Otlp!;

        Assert.Equal("https://mine:4317/", otlp.EndpointOf("traces").AbsoluteUri);
        Assert.Equal(0.1, otlp.SampleRatio);
    }

    [Theory]
    [InlineData("collector:4317", null, null, "host.otlp.endpoint is 'collector:4317'")]
    [InlineData("http://collector", "http/json", null, "'http/json'")]
    [InlineData("http://collector", null, 1.5, "1.5")]
    [InlineData("http://collector", null, double.NaN, "NaN")]
    public void ValueThatMeansNothing_IsNamed(string endpoint, string? protocol, double? ratio, string named) =>
        Assert.Contains(named, Assert.Throws<FormatException>(() => From(new OtlpConfig { Endpoint = endpoint, Protocol = protocol, SampleRatio = ratio })).Message, StringComparison.Ordinal);

    [Fact]
    public void HeaderThatTheExporterCannotSend_IsNamedWithoutItsValue()
    {
        var config = new OtlpConfig { Endpoint = "http://collector", Headers = new Dictionary<string, SecretReference> { ["x-key"] = new("secret,word") } };

        var message = Assert.Throws<FormatException>(() => From(config)).Message;

        Assert.Contains("x-key", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    private static TelemetryOptions From(OtlpConfig config, params (string Name, string? Value)[] environment) =>
        TelemetryOptions.From(config, name => environment.FirstOrDefault(variable => variable.Name == name).Value, reference => new Secret(reference.Reference));
}
