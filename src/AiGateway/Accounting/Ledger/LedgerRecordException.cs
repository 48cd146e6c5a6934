namespace AiGateway.Accounting.Ledger;

/// <summary>A record of the queue is none, although its checksum is right. Nothing of its batch is done.</summary>
/// <param name="number">The record's number in its batch, from 0.</param>
/// <param name="inner">What is wrong with it.</param>
internal sealed class LedgerRecordException(int number, InvalidDataException inner) : Exception(inner.Message, inner)
{
    /// <summary>The record's number in its batch, from 0.</summary>
    public int Number { get; } = number;
}
