using AiGateway.Configuration;

namespace AiGateway.Telemetry;

/// <summary>Where traces and metrics are pushed, resolved.</summary>
/// <param name="Endpoint">The collector's base address; for HTTP <c>/v1/traces</c> and <c>/v1/metrics</c> are added.</param>
/// <param name="HttpProtobuf">Protobuf over HTTP in place of gRPC.</param>
/// <param name="Headers">Headers for the collector; empty leaves <c>OTEL_EXPORTER_OTLP_HEADERS</c> in force.</param>
/// <param name="SampleRatio">Share of requests that are traced when the caller did not decide, 0 to 1.</param>
/// <remarks>Time-outs, intervals and resource attributes come from OpenTelemetry's own variables, which its SDK reads.</remarks>
internal sealed record OtlpOptions(Uri Endpoint, bool HttpProtobuf, KeyValuePair<string, Secret>[] Headers, double SampleRatio)
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>Joins the file and the environment; the file wins. Null when neither names an endpoint.</summary>
    /// <param name="config">The file's part.</param>
    /// <param name="environment">Reads a variable; null when it is not set.</param>
    /// <param name="resolve">Resolves a secret reference.</param>
    /// <exception cref="FormatException">An endpoint, protocol or ratio that is none; the message names it.</exception>
    public static OtlpOptions? From(OtlpConfig config, Func<string, string?> environment, Func<SecretReference, Secret> resolve)
    {
        var (endpoint, source) = config.Endpoint is null ? (environment(EndpointVariable), EndpointVariable) : (config.Endpoint, "host.otlp.endpoint");
        if (string.IsNullOrWhiteSpace(endpoint))
        {
            return null;
        }
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new FormatException($"{source} is '{endpoint}', which is no address; write for example http://localhost:4317.");
        }
        var protocol = config.Protocol ?? environment(ProtocolVariable) ?? "grpc";
        if (protocol is not ("grpc" or "http/protobuf"))
        {
            throw new FormatException($"The OTLP protocol is '{protocol}'; grpc and http/protobuf are known.");
        }
        var ratio = config.SampleRatio ?? 1;
        if (ratio is not (>= 0 and <= 1))
        {
            throw new FormatException($"host.otlp.sample_ratio is {ratio}; it must be from 0 to 1.");
        }
        KeyValuePair<string, Secret>[] headers = [.. config.Headers.Select(header => KeyValuePair.Create(header.Key, resolve(header.Value)))];
        // The exporter takes all headers as one string, which it decodes first and then splits at commas: encoding does not help.
        if (Array.Find(headers, header => header.Value.Reveal().Contains(',', StringComparison.Ordinal)) is { Key: { } name })
        {
            throw new FormatException($"The value of host.otlp.headers.{name} contains a comma, which the OTLP exporter cannot send.");
        }
        return new OtlpOptions(address, protocol is "http/protobuf", headers, ratio);
    }

    /// <summary>The address for one signal, <c>traces</c> or <c>metrics</c>.</summary>
    /// <remarks>The exporter adds the path to addresses from the environment only, not to those that code sets.</remarks>
    public Uri EndpointOf(string signal) => HttpProtobuf ? new Uri($"{Endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal}") : Endpoint;
}
