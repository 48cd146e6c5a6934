namespace AiGateway.Configuration;

/// <summary>Takes up a changed file: validates it whole and swaps the snapshot whole, or changes nothing.</summary>
/// <remarks>Not thread-safe: the watcher calls it from one task.</remarks>
internal sealed partial class ConfigurationReloader(
    string path,
    ConfigurationLoader loader,
    SnapshotHolder holder,
    IEnumerable<IReloadObserver> observers,
    TimeProvider clock,
    ILogger<ConfigurationReloader> logger)
{
    private readonly HostModel _hostInForce = holder.Current.Host;
    private readonly IReloadObserver[] _observers = [.. observers];

    private string _lastComplaint = "";

    /// <summary>The version that was tried last, good or bad: the same content is not tried, nor logged, a second time.</summary>
    public string LastTried { get; private set; } = holder.File.Version;

    /// <summary>Reads the file again.</summary>
    /// <param name="force">True after SIGHUP: also an unchanged file is taken up, because its secrets and variables may have changed.</param>
    public void Reload(bool force)
    {
        var result = loader.Load(path);
        if (!force && result.Version == LastTried)
        {
            return;
        }
        LastTried = result.Version;
        var now = clock.GetUtcNow();
        if (result.Snapshot is not { } snapshot)
        {
            Refuse(result, now, force);
            return;
        }

        holder.Swap(snapshot);
        _lastComplaint = "";
        Log.Reloaded(logger, path, snapshot.Version, snapshot.Providers.Count, snapshot.ProvidersOff.Count, snapshot.Aliases.All.Count);
        if (result.Warnings.Count > 0)
        {
            Log.Warnings(logger, Join(result.Warnings));
        }
        var restart = HostDifferences.Between(_hostInForce, snapshot.Host);
        if (restart.Count > 0)
        {
            Log.RestartNeeded(logger, string.Join(", ", restart));
        }
        Notify(new ReloadResult(true, snapshot.Version, now, [], restart));
    }

    private void Refuse(LoadResult result, DateTimeOffset now, bool force)
    {
        holder.Refuse(new ReloadFailure(now, [.. result.Errors.Select(error => error.ToString())]));
        var complaint = Join(result.Errors);
        if (complaint != _lastComplaint || force)
        {
            Log.Refused(logger, holder.Current.Version, result.Errors.Count, complaint);
        }
        _lastComplaint = complaint;
        Notify(new ReloadResult(false, result.Version, now, result.Errors, []));
    }

    private void Notify(ReloadResult result)
    {
        foreach (var observer in _observers)
        {
            observer.OnReload(result);
        }
    }

    private static string Join(IEnumerable<ConfigurationError> errors) => string.Join(Environment.NewLine, errors.Select(error => "  " + error));

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Information, "{Path} is in force as version {Version}: {Providers} providers ({Off} off), {Aliases} aliases.")]
        public static partial void Reloaded(ILogger logger, string path, string version, int providers, int off, int aliases);

        [LoggerMessage(1102, LogLevel.Error, "The changed routing file is refused; version {Version} stays in force. Errors ({Count}):\n{Errors}")]
        public static partial void Refused(ILogger logger, string version, int count, string errors);

        [LoggerMessage(1103, LogLevel.Warning, "The routing file has warnings:\n{Warnings}")]
        public static partial void Warnings(ILogger logger, string warnings);

        [LoggerMessage(1104, LogLevel.Warning, "These changed settings need a restart; until then the old ones stay: {Settings}.")]
        public static partial void RestartNeeded(ILogger logger, string settings);
    }
}
