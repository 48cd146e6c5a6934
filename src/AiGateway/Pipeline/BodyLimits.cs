using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>Which body limit applies to which operation.</summary>
internal static class BodyLimits
{
    /// <summary>The limit in bytes of an operation's body.</summary>
    public static long For(Operation operation, Configuration.BodyLimitsModel limits) => operation switch
    {
        Operation.Transcriptions or Operation.Translations => limits.Audio,
        Operation.ImageEdits or Operation.ImageVariations => limits.Images,
        Operation.Files or Operation.MessageFiles or Operation.MessageBatches => limits.Files,
        Operation.Native => limits.Native ?? limits.Json,
        _ => limits.Json,
    };

    /// <summary>The limits in words, for the error message.</summary>
    public static string Describe(Exchange exchange)
    {
        var limits = exchange.Snapshot.BodyLimits;
        return $"JSON {Megabytes(limits.Json)}, audio {Megabytes(limits.Audio)}, images {Megabytes(limits.Images)}, files {Megabytes(limits.Files)}{(limits.Native is { } native ? $", native {Megabytes(native)}" : "")}";
    }

    private static string Megabytes(long bytes) => $"{bytes / 1_000_000d:0.##} MB";
}
