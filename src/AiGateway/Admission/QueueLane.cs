using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>Those who wait for one limit of one subject, and whose turn it is. Guarded by the queue's lock.</summary>
/// <remarks>
/// Interactive goes before standard, and that before batch; but whoever was passed over <see cref="MostPassedOver"/> times has
/// the next turn, so that a class always gets a ninth of what there is. Within a class callers take turns, however many
/// requests each has waiting; a caller's own requests go in the order in which they came. Nobody overtakes the one whose turn
/// it is, not even with a request that asks for less: else large ones would wait for ever.
/// </remarks>
internal sealed class QueueLane(LimitModel limit, string subject)
{
    /// <summary>How often a class is passed over at most.</summary>
    public const int MostPassedOver = 8;

    private readonly WaitingClass[] _classes = [new(), new(), new()];

    /// <summary>The limit, as the first who waited had it.</summary>
    public LimitModel Limit { get; } = limit;

    /// <summary>Under which name the use is counted.</summary>
    public string Subject { get; } = subject;

    /// <summary>Why the one whose turn it is was refused last; null while nobody has asked.</summary>
    public LimitRefusal? Refusal { get; set; }

    /// <summary>Whether somebody is letting waiters in: only one does at a time.</summary>
    public bool IsPumped { get; set; }

    /// <summary>Whether something has changed since the last question.</summary>
    public bool Again { get; set; }

    /// <summary>Wakes when use has passed out of the window.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>Whose turn it is; null when nobody waits.</summary>
    public QueueWaiter? First
    {
        get
        {
            for (var i = _classes.Length - 1; i > 0; i--)
            {
                if (_classes[i].PassedOver >= MostPassedOver)
                {
                    return _classes[i].First;
                }
            }
            return _classes[0].First ?? _classes[1].First ?? _classes[2].First;
        }
    }

    /// <summary>Lets one stand in line.</summary>
    public void Add(QueueWaiter waiter)
    {
        _classes[(int)waiter.Priority].Add(waiter);
        waiter.Lane = this;
        Count++;
    }

    /// <summary>Takes one out of the line.</summary>
    /// <param name="waiter">Who.</param>
    /// <param name="hadItsTurn">Whether it was let in: then others of its class come before its caller's next, and lower classes were passed over once more.</param>
    public void Remove(QueueWaiter waiter, bool hadItsTurn)
    {
        var own = _classes[(int)waiter.Priority];
        own.Remove(waiter, hadItsTurn);
        waiter.Lane = null;
        Count--;
        if (!hadItsTurn)
        {
            return;
        }
        own.PassedOver = 0;
        for (var i = (int)waiter.Priority + 1; i < _classes.Length; i++)
        {
            _classes[i].PassedOver += _classes[i].First is null ? 0 : 1;
        }
    }

    /// <summary>Everybody, in no order.</summary>
    public IEnumerable<QueueWaiter> All => _classes.SelectMany(static all => all.Callers).SelectMany(static waiters => waiters);

    private sealed class WaitingClass
    {
        private readonly Dictionary<string, LinkedListNode<LinkedList<QueueWaiter>>> _byCaller = new(StringComparer.Ordinal);

        /// <summary>Each caller's waiters, the one whose turn it is first.</summary>
        public LinkedList<LinkedList<QueueWaiter>> Callers { get; } = new();

        public int PassedOver { get; set; }

        public QueueWaiter? First => Callers.First?.Value.First!.Value;

        public void Add(QueueWaiter waiter)
        {
            if (!_byCaller.TryGetValue(waiter.Caller, out var line))
            {
                line = _byCaller[waiter.Caller] = Callers.AddLast(new LinkedList<QueueWaiter>());
            }
            waiter.Place = line.Value.AddLast(waiter);
        }

        public void Remove(QueueWaiter waiter, bool hadItsTurn)
        {
            var line = _byCaller[waiter.Caller];
            line.Value.Remove(waiter.Place!);
            waiter.Place = null;
            if (line.Value.Count == 0)
            {
                Callers.Remove(line);
                _byCaller.Remove(waiter.Caller);
                PassedOver = Callers.Count == 0 ? 0 : PassedOver;
            }
            else if (hadItsTurn)
            {
                Callers.Remove(line);
                Callers.AddLast(line);
            }
        }
    }
}
