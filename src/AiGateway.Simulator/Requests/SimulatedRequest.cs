using System.Text.Json;
using AiGateway.Simulator.Faults;

namespace AiGateway.Simulator.Requests;

/// <summary>One request as the endpoints see it.</summary>
internal sealed record SimulatedRequest
{
    public required SimulatorOptions Options { get; init; }

    public required Ids Ids { get; init; }

    public required HttpContext Context { get; init; }

    public required SimulatorRoute Route { get; init; }

    /// <summary>The raw body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The JSON body; undefined for multipart bodies and requests without one.</summary>
    public JsonElement Json { get; init; }

    /// <summary>The form, for multipart bodies.</summary>
    public UploadedForm? Form { get; init; }

    /// <summary>The model's name as answers repeat it: without a fault's mark.</summary>
    public required string Model { get; init; }

    /// <summary>The fault that strikes this request; null for none.</summary>
    public Fault? Fault { get; init; }

    /// <summary>True when the answer is to report usage.</summary>
    public bool ReportsUsage => Options.ReportUsage && Fault is not { NoUsage: true };

    /// <summary>Tokens that a text answer must have exactly; 0 when the request decides.</summary>
    public int AnswerTokens => Fault?.AnswerTokens ?? Options.AnswerTokens;

    public long Created => Options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();

    public string SystemFingerprint => "fp_" + Options.Name;
}
