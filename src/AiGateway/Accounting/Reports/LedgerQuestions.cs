using AiGateway.Accounting.Ledger;

namespace AiGateway.Accounting.Reports;

/// <summary>Asks the ledger for requests: a few questions at once, and the others wait without holding a thread.</summary>
internal sealed class LedgerQuestions(ILedgerReader reader, TimeProvider clock) : IDisposable
{
    private const int AtOnce = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _slots = new(AtOnce, AtOnce);

    /// <summary>Asks.</summary>
    /// <param name="question">Reads; on a thread that may block.</param>
    /// <param name="cancellationToken">Whoever asked is gone.</param>
    /// <exception cref="LedgerStoreException">The store cannot be read, or too many ask.</exception>
    public async Task<T> AskAsync<T>(Func<ILedgerReader, T> question, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _slots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LedgerStoreException("The ledger is busy with other questions. Please try again.");
        }
        try
        {
            return await Task.Run(() => question(reader), cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _slots.Dispose();
}
