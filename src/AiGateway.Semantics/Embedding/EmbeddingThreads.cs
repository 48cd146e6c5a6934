namespace AiGateway.Semantics.Embedding;

/// <summary>
/// A few threads of their own that embed, with a bounded queue before them, so that the work never runs on a thread that serves sockets and never piles up:
/// when the queue is full, a text is refused at once. One instance serves all models of a process.
/// </summary>
internal sealed class EmbeddingThreads : IDisposable
{
    /// <summary>How many texts wait at most, where nothing else is said: some tenths of a second of work.</summary>
    public const int DefaultQueue = 128;

    private readonly Queue<EmbeddingWork> _queue;
    private readonly int _capacity;
    private readonly Thread[] _threads;
    private bool _stopped;

    /// <param name="threads">How many embed at a time, 1 at least; <see cref="DefaultThreads"/> is the choice of who has none.</param>
    /// <param name="queue">How many texts wait at most, 1 at least.</param>
    public EmbeddingThreads(int threads, int queue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(queue, 1);
        _capacity = queue;
        _queue = new Queue<EmbeddingWork>(queue);
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"embedding {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Half of the processor's cores, one at least: the other half is left to requests.</summary>
    public static int DefaultThreads => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>How many texts wait now.</summary>
    public int Queued
    {
        get
        {
            lock (_queue)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Embeds a text on one of the threads; what follows runs on the thread pool.</summary>
    /// <param name="model">The model.</param>
    /// <param name="text">The text.</param>
    /// <param name="vector">Where the vector goes: as many numbers as the model has dimensions. Not written to once the task has ended.</param>
    /// <param name="cancellationToken">Ends the task of a text that waits, whose place in the queue is free when a thread comes to it; one that is being embedded is finished.</param>
    /// <returns>What <see cref="EmbeddingModel.TryEmbed(ReadOnlySpan{char}, Span{float})"/> says, or <see cref="EmbeddingOutcome.Busy"/> at once when the queue is full or the threads have stopped.</returns>
    public Task<EmbeddingOutcome> TryEmbedAsync(EmbeddingModel model, string text, Memory<float> vector, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<EmbeddingOutcome>(cancellationToken);
        }
        var work = new EmbeddingWork(model, text, vector);
        work.CancelBy(cancellationToken);
        lock (_queue)
        {
            if (!_stopped && _queue.Count < _capacity)
            {
                _queue.Enqueue(work);
                Monitor.Pulse(_queue);
                return work.Task;
            }
        }
        work.Refuse();
        return work.Task;
    }

    /// <summary>Ends the threads after what they are at; what waits is refused.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _stopped = true;
            while (_queue.TryDequeue(out var work))
            {
                work.Refuse();
            }
            Monitor.PulseAll(_queue);
        }
        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void Run()
    {
        while (Next() is { } work)
        {
            work.Run();
        }
    }

    private EmbeddingWork? Next()
    {
        lock (_queue)
        {
            while (true)
            {
                if (_queue.TryDequeue(out var work))
                {
                    return work;
                }
                if (_stopped)
                {
                    return null;
                }
                Monitor.Wait(_queue);
            }
        }
    }
}
