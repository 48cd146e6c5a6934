namespace AiGateway.Admission;

/// <summary>What webhooks were told, with the end of the period in which that holds. Guarded by the watch's lock.</summary>
internal sealed partial class WebhookMarks(IWebhookMarkStore store, ILogger logger)
{
    /// <summary>What stands for the end of a period in place of what was told in it.</summary>
    public const string Renewed = "renewed";

    private readonly Dictionary<WebhookMark, DateTimeOffset> _ends = Load(store, logger);
    private bool _isChanged;
    private bool _isFailing;

    /// <summary>How many there are.</summary>
    public int Count => _ends.Count;

    /// <summary>Whether it was told in a period that is not known to be over.</summary>
    public bool Contains(WebhookMark mark) => _ends.ContainsKey(mark);

    /// <summary>It was told.</summary>
    public void Add(WebhookMark mark, DateTimeOffset ends)
    {
        _ends[mark] = ends;
        _isChanged = true;
    }

    /// <summary>The periods that are over, each with its last end.</summary>
    public List<(WebhookMark Renewed, DateTimeOffset Ended)> Over(DateTimeOffset now)
    {
        var over = new Dictionary<WebhookMark, DateTimeOffset>();
        foreach (var (mark, ends) in _ends)
        {
            var period = mark with { What = Renewed };
            if (ends <= now && (!over.TryGetValue(period, out var known) || known < ends))
            {
                over[period] = ends;
            }
        }
        return [.. over.Select(static entry => (entry.Key, entry.Value))];
    }

    /// <summary>Forgets what was told in periods that are over.</summary>
    /// <param name="periods">The periods, with their ends.</param>
    public void Forget(IReadOnlyDictionary<WebhookMark, DateTimeOffset> periods)
    {
        foreach (var (mark, ends) in _ends)
        {
            if (periods.TryGetValue(mark with { What = Renewed }, out var ended) && ends <= ended)
            {
                _ends.Remove(mark);
                _isChanged = true;
            }
        }
    }

    /// <summary>When the rolling period ends that something else has begun; null when this is the first.</summary>
    public DateTimeOffset? RollingEnd(WebhookMark mark)
    {
        foreach (var (other, ends) in _ends)
        {
            if (other with { What = mark.What } == mark)
            {
                return ends;
            }
        }
        return null;
    }

    /// <summary>Keeps what has changed; what cannot be kept now is tried again the next time.</summary>
    public void Save()
    {
        if (!_isChanged)
        {
            return;
        }
        try
        {
            store.Save(_ends);
            _isChanged = _isFailing = false;
        }
        catch (IOException e)
        {
            if (!_isFailing)
            {
                Log.NotSaved(logger, e.Message);
            }
            _isFailing = true;
        }
    }

    private static Dictionary<WebhookMark, DateTimeOffset> Load(IWebhookMarkStore store, ILogger logger)
    {
        try
        {
            return store.Load();
        }
        catch (IOException e)
        {
            Log.NotLoaded(logger, e.Message);
            return [];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1404, LogLevel.Warning, "What webhooks were told before cannot be read, so they may be told again: {Reason}")]
        public static partial void NotLoaded(ILogger logger, string reason);

        [LoggerMessage(1405, LogLevel.Error, "What webhooks were told cannot be written, so they may be told again after a restart: {Reason}")]
        public static partial void NotSaved(ILogger logger, string reason);
    }
}
