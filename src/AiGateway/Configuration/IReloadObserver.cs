namespace AiGateway.Configuration;

/// <summary>Sees every reload, good or refused: for metrics. Called on the watcher's own task; must be quick and must not throw.</summary>
internal interface IReloadObserver
{
    /// <summary>A reload has come to its end.</summary>
    void OnReload(ReloadResult result);
}

/// <summary>What became of a reload.</summary>
/// <param name="Succeeded">True when another snapshot is in force; false when the file was refused and nothing changed.</param>
/// <param name="Version">The version of the file that was read; empty when it could not be read.</param>
/// <param name="At">When.</param>
/// <param name="Errors">Why it was refused; empty when it was not.</param>
/// <param name="RestartNeeded">Settings of <c>host</c> that differ from those in force and need a restart.</param>
internal sealed record ReloadResult(
    bool Succeeded,
    string Version,
    DateTimeOffset At,
    IReadOnlyList<ConfigurationError> Errors,
    IReadOnlyList<string> RestartNeeded);
