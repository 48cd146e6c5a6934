namespace AiGateway.Telemetry;

/// <summary>What telemetry reads from the environment and the host settings, at start.</summary>
internal sealed record TelemetryOptions
{
    /// <summary>The switch of the OpenTelemetry conventions.</summary>
    public const string OptInVariable = "OTEL_SEMCONV_STABILITY_OPT_IN";

    private const string LatestGenAi = "gen_ai_latest_experimental";

    /// <summary>Whether the coming GenAI metric names replace v1.41's. Default false; <see cref="OptInVariable"/> with <c>gen_ai_latest_experimental</c> in its comma-separated list sets it.</summary>
    public bool LatestGenAiNames { get; init; }

    /// <summary>Where traces and metrics are pushed; null when nowhere.</summary>
    public OtlpOptions? Otlp { get; init; }

    /// <summary>Whether the value of <see cref="OptInVariable"/> asks for the coming names.</summary>
    public static bool AsksForLatestGenAiNames(string? optIn) =>
        optIn is not null && optIn.Split(',', StringSplitOptions.TrimEntries).Contains(LatestGenAi, StringComparer.Ordinal);
}
