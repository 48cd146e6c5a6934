using AiGateway.Configuration.Runtime;
using AiGateway.Pipeline;

namespace AiGateway.Admin;

/// <summary>What was made at run time, as this process knows it, and the one way to change it: read, decide, write unless the store has gone on, else again.</summary>
internal sealed class EntryBook(IRuntimeStore store) : IDisposable
{
    // Each round means that another node has written in between; so many in a row mean that something is wrong.
    private const int MostRounds = 50;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile RuntimeSet _current = RuntimeSet.Unknown;

    /// <summary>The entries as they were read last.</summary>
    public RuntimeSet Current => _current;

    /// <summary>Puts changed entries in force; called before a change is answered, one call at a time.</summary>
    public Func<RuntimeSet, Task> InForce { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Reads what others have changed.</summary>
    /// <returns>Whether anything was.</returns>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public async Task<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        if (_current.IsKnown && await store.RevisionAsync(cancellationToken) == _current.Revision)
        {
            return false;
        }
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await ReadUnsynchronizedAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Changes an entry.</summary>
    /// <param name="decide">Decides from what is there, and from what was made under the idempotency key.</param>
    /// <param name="actor">The admin key that asks.</param>
    /// <param name="idempotencyKey">Of a creation; null for none.</param>
    /// <param name="cancellationToken">Whoever asked is gone. What is being written is finished.</param>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public async Task<EntryOutcome> ChangeAsync(Func<RuntimeSet, MadeEntry?, EntryOutcome> decide, string actor, string? idempotencyKey, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            for (var round = 0; round < MostRounds; round++)
            {
                await ReadUnsynchronizedAsync(cancellationToken);
                var made = idempotencyKey is null ? null : await store.FindMadeAsync(actor, idempotencyKey, cancellationToken);
                var outcome = decide(_current, made);
                if (outcome.Change is not { } change)
                {
                    return outcome;
                }
                if (await store.TryWriteAsync(change, CancellationToken.None) is { } revision)
                {
                    var entry = change.Entry with { Revision = revision };
                    await TakeUnsynchronizedAsync(_current.With(revision, [entry]));
                    return outcome with { Entry = entry };
                }
            }
            throw new StoreException("Other nodes change entries all the time. Please try again.");
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<bool> ReadUnsynchronizedAsync(CancellationToken cancellationToken)
    {
        var known = _current;
        var (revision, changed) = await store.ReadAsync(known.Revision, cancellationToken);
        if (known.IsKnown && revision == known.Revision)
        {
            return false;
        }
        if (revision < known.Revision)
        {
            // It would bring back keys that were revoked since. What is in force stays, until somebody who knows restarts the gateway.
            throw new StoreException($"The store went back from revision {known.Revision} to {revision}: an older copy was put in its place. What is in force stays; restart the gateway to take the copy.");
        }
        await TakeUnsynchronizedAsync(known.With(revision, [.. changed]));
        return true;
    }

    private async Task TakeUnsynchronizedAsync(RuntimeSet next)
    {
        await InForce(next);
        _current = next;
    }
}
