namespace AiGateway.Accounting.Ledger;

/// <summary>What is committed together. What comes from the queue is kept as its bytes until it is asked for: objects of thousands of records would be copied by the collector, and be out of the processor's caches when their turn comes.</summary>
internal sealed class LedgerBatch
{
    private readonly List<LedgerRequest> _requests = [];
    private readonly List<LedgerIntent> _intents = [];
    private readonly PayloadWriter _payloads = new();
    private readonly List<int> _ends = [];
    private readonly TextPool _texts = new();

    // What is decoded goes here first.
    private LedgerBatch? _one;

    /// <summary>Settled requests, in the order in which they settled.</summary>
    /// <exception cref="LedgerRecordException">Bytes are no record.</exception>
    public List<LedgerRequest> Requests
    {
        get
        {
            Decode();
            return _requests;
        }
    }

    /// <summary>Calls whose request had not settled when they were noted.</summary>
    /// <exception cref="LedgerRecordException">Bytes are no record.</exception>
    public List<LedgerIntent> Intents
    {
        get
        {
            Decode();
            return _intents;
        }
    }

    /// <summary>How many entries there are.</summary>
    public int Count => _ends.Count + _requests.Count + _intents.Count;

    /// <summary>Adds a record of the queue.</summary>
    public void Add(ReadOnlySpan<byte> payload)
    {
        _payloads.Raw(payload);
        _ends.Add(_payloads.Length);
    }

    /// <summary>Hands out each entry, one at a time: those of the queue in their order, then intents, then requests.</summary>
    /// <exception cref="LedgerRecordException">Bytes are no record.</exception>
    public void Visit(Action<LedgerRequest> request, Action<LedgerIntent> intent)
    {
        _one ??= new LedgerBatch();
        for (var i = 0; i < _ends.Count; i++)
        {
            _one.Clear();
            Read(i, _one);
            Hand(_one);
        }
        Hand(this);

        void Hand(LedgerBatch from)
        {
            from._intents.ForEach(intent);
            from._requests.ForEach(request);
        }
    }

    /// <summary>Keeps the first <paramref name="count"/> records of the queue only.</summary>
    /// <returns>How many bytes their frames have in the queue.</returns>
    public long CutTo(int count)
    {
        _ends.RemoveRange(count, _ends.Count - count);
        _payloads.CutTo(count == 0 ? 0 : _ends[^1]);
        return _payloads.Length + ((long)count * Frames.HeadLength);
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _requests.Clear();
        _intents.Clear();
        _payloads.CutTo(0);
        _ends.Clear();
    }

    private void Decode()
    {
        if (_ends.Count == 0)
        {
            return;
        }
        _one ??= new LedgerBatch();
        _one.Clear();
        for (var i = 0; i < _ends.Count; i++)
        {
            Read(i, _one);
        }
        _requests.AddRange(_one._requests);
        _intents.AddRange(_one._intents);
        _payloads.CutTo(0);
        _ends.Clear();
    }

    private void Read(int number, LedgerBatch into)
    {
        var start = number == 0 ? 0 : _ends[number - 1];
        try
        {
            LedgerCodec.Read(_payloads.At(start, _ends[number] - start), _texts, into);
        }
        catch (InvalidDataException e)
        {
            throw new LedgerRecordException(number, e);
        }
    }
}
