namespace AiGateway.Accounting.Corrections;

/// <summary>What an entry of the ledger's corrections says.</summary>
internal enum CorrectionKind
{
    /// <summary>A month was closed: its figures stand.</summary>
    Closing,

    /// <summary>Calls were priced anew.</summary>
    Restatement,
}
