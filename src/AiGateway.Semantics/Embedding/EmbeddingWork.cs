namespace AiGateway.Semantics.Embedding;

/// <summary>One text on its way through <see cref="EmbeddingThreads"/>. Whoever claims it first, a thread or the caller who gave up, ends it.</summary>
internal sealed class EmbeddingWork(EmbeddingModel model, string text, Memory<float> vector)
{
    private readonly TaskCompletionSource<EmbeddingOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;
    private int _claimed;

    public Task<EmbeddingOutcome> Task => _completion.Task;

    /// <summary>Lets the caller give up while nobody has begun. Called before a thread can see the text.</summary>
    public void CancelBy(CancellationToken cancellationToken) =>
        _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((EmbeddingWork)state!).Cancel(token), this);

    /// <summary>Embeds, unless the caller has given up.</summary>
    public void Run()
    {
        if (!TryClaim())
        {
            return;
        }
        try
        {
            _completion.SetResult(model.TryEmbed(text, vector.Span));
        }
        catch (Exception e)
        {
            // A defect; it belongs to who asked, and must not end the thread.
            _completion.SetException(e);
        }
        _cancellation.Dispose();
    }

    /// <summary>Ends it unembedded.</summary>
    public void Refuse()
    {
        if (TryClaim())
        {
            _completion.SetResult(EmbeddingOutcome.Busy);
            _cancellation.Dispose();
        }
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (TryClaim())
        {
            _completion.SetCanceled(cancellationToken);
        }
    }

    private bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;
}
