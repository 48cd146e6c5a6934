using System.Collections.Concurrent;
using AiGateway.Configuration;
using Microsoft.Extensions.Logging;

namespace AiGateway.Tests.Configuration;

/// <summary>The watcher takes up changes however the file is changed, and a bad file changes nothing. On the real file system and clock; waits are for conditions.</summary>
public sealed class ReloadTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-reload").FullName;
    private readonly Recorder _recorder = new();
    private readonly ConcurrentDictionary<string, string> _environment = new();
    private SnapshotHolder _holder = null!;
    private ConfigurationWatcher _watcher = null!;

    private string File => Path.Combine(_folder, "gateway.yaml");

    [Fact]
    public async Task FileWrittenInPlace_IsTakenUp()
    {
        await StartAsync(Named("first"));
        await System.IO.File.WriteAllTextAsync(File, Named("second"), Cancelled);
        await UntilAsync(() => Offers("second"));
    }

    [Fact]
    public async Task FileReplacedByRename_IsTakenUp()
    {
        await StartAsync(Named("first"));
        var other = Path.Combine(_folder, ".gateway.yaml.swp");
        await System.IO.File.WriteAllTextAsync(other, Named("second"), Cancelled);
        System.IO.File.Move(other, File, overwrite: true);
        await UntilAsync(() => Offers("second"));
    }

    [Fact]
    public async Task ConfigMapsSymlinkSwap_IsTakenUp()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kubernetes swaps symlinks on Linux; Windows needs a privilege to make them.");
        var (one, two) = (Path.Combine(_folder, "..2026_1"), Path.Combine(_folder, "..2026_2"));
        Directory.CreateDirectory(one);
        Directory.CreateDirectory(two);
        await System.IO.File.WriteAllTextAsync(Path.Combine(one, "gateway.yaml"), Named("first"), Cancelled);
        await System.IO.File.WriteAllTextAsync(Path.Combine(two, "gateway.yaml"), Named("second"), Cancelled);
        var data = Path.Combine(_folder, "..data");
        Directory.CreateSymbolicLink(data, "..2026_1");
        System.IO.File.CreateSymbolicLink(File, Path.Combine("..data", "gateway.yaml"));
        await StartAsync(content: null);
        Assert.True(Offers("first"));

        // As the kubelet does it: a new link beside it, renamed over the old one.
        var next = Path.Combine(_folder, "..data_tmp");
        Directory.CreateSymbolicLink(next, "..2026_2");
        Assert.Equal(0, Rename(next, data));

        await UntilAsync(() => Offers("second"));
    }

    [Fact]
    public async Task BadThenGoodFile_ChangesNothingThenEverything()
    {
        await StartAsync(Named("first"));
        var before = _holder.Current;

        await System.IO.File.WriteAllTextAsync(File, Named("second") + "retrys: {}\nretries: {max_attempts: 99}\n", Cancelled);
        // The observer is told last, when everything else has happened.
        await UntilAsync(() => !_recorder.Results.IsEmpty);

        Assert.Same(before, _holder.Current);
        Assert.Equal(2, _holder.LastFailure!.Errors.Count);
        Assert.False(_recorder.Results.Last().Succeeded);
        var logged = Assert.Single(_recorder.Lines, line => line.Level == LogLevel.Error);
        Assert.Contains("retrys", logged.Text, StringComparison.Ordinal);
        Assert.Contains("'99' is out of range", logged.Text, StringComparison.Ordinal);

        await System.IO.File.WriteAllTextAsync(File, Named("third"), Cancelled);
        await UntilAsync(() => _recorder.Results.Last().Succeeded);
        Assert.True(Offers("third"));
        Assert.Null(_holder.LastFailure);
    }

    [Fact]
    public async Task SameBadContentAgain_IsLoggedAndReportedOnce()
    {
        await System.IO.File.WriteAllTextAsync(File, Named("first"), Cancelled);
        _holder = new SnapshotHolder(NewLoader().Load(File).Snapshot!);
        var reloader = NewReloader();
        await System.IO.File.WriteAllTextAsync(File, "retrys: {}\n", Cancelled);

        reloader.Reload(force: false);
        reloader.Reload(force: false);
        Assert.Single(_recorder.Lines, line => line.Level == LogLevel.Error);
        Assert.Single(_recorder.Results);

        await System.IO.File.WriteAllTextAsync(File, "retrys: {}\nmore: {}\n", Cancelled);
        reloader.Reload(force: false);
        Assert.Equal(2, _recorder.Lines.Count(line => line.Level == LogLevel.Error));
    }

    [Fact]
    public async Task FileThatIsGone_ChangesNothing()
    {
        await StartAsync(Named("first"));
        System.IO.File.Delete(File);
        await UntilAsync(() => _holder.LastFailure is not null);
        Assert.True(Offers("first"));
        await System.IO.File.WriteAllTextAsync(File, Named("first"), Cancelled);
        await UntilAsync(() => _holder.LastFailure is null);
    }

    [Fact]
    public async Task UnchangedContent_DoesNothingUnlessForced()
    {
        _environment["K"] = "one";
        await StartAsync(Named("first").Replace("simulated:", "openai: {keys: env:K}\n  simulated:", StringComparison.Ordinal));
        var before = _holder.Current;
        var reloader = NewReloader();
        _environment["K"] = "two";

        reloader.Reload(force: false);
        Assert.Same(before, _holder.Current);

        _watcher.Request(force: true);
        await UntilAsync(() => _holder.Current != before);
        Assert.Equal("Bearer two", _holder.Current.Providers["openai"].Keys[0].HeaderValue.Reveal());
        Assert.Equal(before.Version, _holder.Current.Version);
    }

    [Fact]
    public async Task ChangedHostSettings_AreNamedInOneWarning()
    {
        await StartAsync(Named("first"));

        await System.IO.File.WriteAllTextAsync(File, Named("second") + "host: {listen: 'http://localhost:9999', drain_timeout: 5s, otlp: {endpoint: 'http://c:4317'}}\n", Cancelled);
        await UntilAsync(() => !_recorder.Results.IsEmpty);

        Assert.Equal(["host.listen", "host.drain_timeout", "host.otlp"], _recorder.Results.Last().RestartNeeded);
        var warning = Assert.Single(_recorder.Lines, line => line.Level == LogLevel.Warning && line.Text.Contains("restart", StringComparison.Ordinal));
        Assert.EndsWith("host.listen, host.drain_timeout, host.otlp.", warning.Text, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_watcher is not null)
        {
            await _watcher.StopAsync(CancellationToken.None);
            _watcher.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static string Named(string alias) => Yaml.Minimal.Replace("chat:", alias + ":", StringComparison.Ordinal);

    private bool Offers(string alias) => _holder.Current.Aliases.Find(alias) is not null;

    private async Task StartAsync(string? content)
    {
        if (content is not null)
        {
            await System.IO.File.WriteAllTextAsync(File, content, Cancelled);
        }
        var first = NewLoader().Load(File);
        Assert.Empty(first.Errors);
        _holder = new SnapshotHolder(first.Snapshot!);
        _watcher = new ConfigurationWatcher(File, NewReloader(), TimeProvider.System, new Recorder.Logger<ConfigurationWatcher>(_recorder));
        await _watcher.StartAsync(Cancelled);
    }

    private ConfigurationLoader NewLoader() => Loading.Loader(name => _environment.GetValueOrDefault(name));

    private ConfigurationReloader NewReloader() =>
        new(File, NewLoader(), _holder, [_recorder], TimeProvider.System, new Recorder.Logger<ConfigurationReloader>(_recorder));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    // File.Move refuses to replace a link to a folder; the kubelet's rename(2) does not.
    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "rename", CharSet = System.Runtime.InteropServices.CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int Rename(string from, string to);

    /// <summary>Remembers what was logged and reported.</summary>
    private sealed class Recorder : IReloadObserver
    {
        public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

        public ConcurrentQueue<ReloadResult> Results { get; } = new();

        public void OnReload(ReloadResult result) => Results.Enqueue(result);

        public sealed class Logger<T>(Recorder recorder) : ILogger<T>
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                recorder.Lines.Enqueue((logLevel, formatter(state, exception)));
        }
    }
}
