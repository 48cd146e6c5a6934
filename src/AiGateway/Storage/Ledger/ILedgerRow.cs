namespace AiGateway.Storage.Ledger;

/// <summary>The values of one row of either store. Columns count from 0; times are Unix milliseconds, truth is 1 or 0.</summary>
internal interface ILedgerRow
{
    /// <summary>A column's number.</summary>
    long Number(int column);

    /// <summary>A column's number or none.</summary>
    long? OptionalNumber(int column);

    /// <summary>A column's text.</summary>
    string Text(int column);

    /// <summary>A column's text or none.</summary>
    string? OptionalText(int column);

    /// <summary>A column's amount, exact; one of more digits than a decimal has is rounded to those.</summary>
    /// <exception cref="InvalidDataException">It is none that was ever written.</exception>
    decimal Amount(int column);

    /// <summary>A column's amount or none, exact.</summary>
    /// <exception cref="InvalidDataException">It is none that was ever written.</exception>
    decimal? OptionalAmount(int column);

    /// <summary>A column's bytes; empty for none.</summary>
    ReadOnlySpan<byte> Bytes(int column);

    /// <summary>Whether a column has no value.</summary>
    bool IsNull(int column);
}
