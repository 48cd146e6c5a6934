using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>A row of words.</summary>
internal interface IWords
{
    /// <summary>Binds the columns, in the order of <see cref="EntrySchema"/>, from a parameter on.</summary>
    void Bind(Statement statement, int first);

    /// <summary>Writes all of them, unmistakably: what the row is found by.</summary>
    void Write(PayloadWriter to);
}
