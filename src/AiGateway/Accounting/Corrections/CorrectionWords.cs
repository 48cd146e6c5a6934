using System.Globalization;

namespace AiGateway.Accounting.Corrections;

/// <summary>Words of the ledger's corrections.</summary>
internal static class CorrectionWords
{
    /// <summary>The cause of an adjustment that is a record of a closed month which came after its closing.</summary>
    public const string Late = "late";

    /// <summary>The word of a kind.</summary>
    public static string Of(CorrectionKind kind) => kind switch
    {
        CorrectionKind.Closing => "closing",
        CorrectionKind.Restatement => "restatement",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of correction without a word."),
    };

    /// <summary>The kind of a word.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static CorrectionKind KindOf(string word) => word switch
    {
        "closing" => CorrectionKind.Closing,
        "restatement" => CorrectionKind.Restatement,
        _ => throw new InvalidDataException($"The ledger holds a correction of kind '{word}', which this version does not know."),
    };

    /// <summary>The cause of an adjustment: a restatement by its number, or <see cref="Late"/>.</summary>
    public static string CauseOf(long restatement) => restatement == 0 ? Late : string.Create(CultureInfo.InvariantCulture, $"restatement {restatement}");
}
