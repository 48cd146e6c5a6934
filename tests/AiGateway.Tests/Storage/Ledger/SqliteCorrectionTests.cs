namespace AiGateway.Tests.Storage.Ledger;

/// <summary>Corrections in SQLite.</summary>
public sealed class SqliteCorrectionTests : CorrectionTests
{
    private protected override ILedgerHome Open(TimeProvider clock) => new LedgerHome(clock);

    private protected override void ChangeLabels(ILedgerHome home, string before, string after)
    {
        home.DropTrigger("request_words", "request_words_are_not_changed");
        home.Tamper($"UPDATE request_words SET labels = '{after}' WHERE labels = '{before}'");
    }
}
