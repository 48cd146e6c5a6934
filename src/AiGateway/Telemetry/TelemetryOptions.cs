using AiGateway.Configuration;

namespace AiGateway.Telemetry;

/// <summary>What telemetry reads from the environment and the host settings, at start.</summary>
internal sealed record TelemetryOptions
{
    private const string OptInVariable = "OTEL_SEMCONV_STABILITY_OPT_IN";
    private const string LatestGenAi = "gen_ai_latest_experimental";

    /// <summary>Whether the coming GenAI names replace v1.41's. Default false; <c>OTEL_SEMCONV_STABILITY_OPT_IN</c> with <c>gen_ai_latest_experimental</c> in its comma-separated list sets it.</summary>
    public bool LatestGenAiNames { get; init; }

    /// <summary>Where traces and metrics are pushed; null when nowhere.</summary>
    public OtlpModel? Otlp { get; init; }

    /// <summary>Whether the caller's <c>baggage</c> goes on to providers. Default false.</summary>
    public bool ForwardBaggage { get; init; }

    /// <summary>Joins the host settings and the environment.</summary>
    /// <param name="host">The host settings in force.</param>
    /// <param name="environment">Reads a variable; null when it is not set.</param>
    public static TelemetryOptions From(HostModel host, Func<string, string?> environment) => new()
    {
        LatestGenAiNames = environment(OptInVariable)?.Split(',', StringSplitOptions.TrimEntries).Contains(LatestGenAi, StringComparer.Ordinal) ?? false,
        Otlp = host.Otlp,
        ForwardBaggage = host.ForwardBaggage,
    };
}
