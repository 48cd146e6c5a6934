using AiGateway.Configuration;

namespace AiGateway.Telemetry;

/// <summary>Where traces and metrics are pushed, resolved.</summary>
/// <param name="Endpoint">The collector's base address.</param>
/// <param name="HttpProtobuf">Protobuf over HTTP in place of gRPC.</param>
/// <param name="Headers">Headers for the collector.</param>
/// <param name="SampleRatio">Share of requests that are traced when the caller did not decide, 0 to 1.</param>
internal sealed record OtlpOptions(Uri Endpoint, bool HttpProtobuf, KeyValuePair<string, Secret>[] Headers, double SampleRatio);
