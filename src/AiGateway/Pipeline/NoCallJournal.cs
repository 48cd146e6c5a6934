namespace AiGateway.Pipeline;

/// <summary>Where no ledger is kept.</summary>
internal sealed class NoCallJournal : ICallJournal
{
    public Rejection? Refusal => null;

    public ValueTask<bool> BeginAsync(Exchange exchange, AttemptRecord attempt) => ValueTask.FromResult(true);
}
