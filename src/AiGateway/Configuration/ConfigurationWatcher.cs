using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace AiGateway.Configuration;

/// <summary>Notices that the routing file has changed, and on SIGHUP reads it again in any case.</summary>
/// <remarks>
/// The folder is watched rather than the file: editors replace the file, and Kubernetes swaps the symlink <c>..data</c>
/// beside it, which never touches the file's own name. Because such events get lost (network file systems, overlay
/// mounts, exhausted inotify handles), the content's hash is also compared every two seconds.
/// </remarks>
internal sealed partial class ConfigurationWatcher(
    string path,
    ConfigurationReloader reloader,
    TimeProvider clock,
    ILogger<ConfigurationWatcher> logger) : BackgroundService
{
    // Editors and `cp` write in several steps: what is half written is not worth an error.
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });
    private int _forced;

    /// <summary>Asks for a reload: <paramref name="force"/> also when the file is unchanged, as SIGHUP does.</summary>
    public void Request(bool force)
    {
        if (force)
        {
            Interlocked.Exchange(ref _forced, 1);
        }
        _signals.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hangup = OnHangup();
        using var watcher = Watch();
        while (!stoppingToken.IsCancellationRequested)
        {
            await WaitAsync(stoppingToken);
            Drain();
            // Compared with what the last reload read: a change during the reading is seen as another one.
            if (stoppingToken.IsCancellationRequested || (Volatile.Read(ref _forced) == 0 && Fingerprint() == reloader.LastTried))
            {
                continue;
            }
            await Task.Delay(Debounce, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Drain();
            try
            {
                reloader.Reload(force: Interlocked.Exchange(ref _forced, 0) == 1);
            }
            catch (Exception exception)
            {
                // An unforeseen fault of the loader must not end the watching, nor the process.
                Log.Failed(logger, path, exception);
            }
        }
    }

    /// <summary>Until something is signalled or it is time to poll.</summary>
    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var poll = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var due = Task.Delay(PollInterval, clock, poll.Token);
        var signal = _signals.Reader.WaitToReadAsync(poll.Token).AsTask();
        await Task.WhenAny(due, signal);
        await poll.CancelAsync();
        await Task.WhenAll(due, signal).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Drain()
    {
        while (_signals.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>The version of the file as it is now; empty when it cannot be read, as in <see cref="LoadResult.Version"/>.</summary>
    /// <remarks>Reading some kilobytes every two seconds costs microseconds, and misses nothing that a time stamp might.</remarks>
    private string Fingerprint()
    {
        try
        {
            return new FileInfo(path).Length > ConfigurationLoader.MaxFileBytes ? "" : ConfigurationLoader.VersionOf(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private FileSystemWatcher? Watch()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            var watcher = new FileSystemWatcher(folder)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.CreationTime,
            };
            // Any change in the folder leads to a look at the hash, so that no name needs to be guessed.
            watcher.Changed += (_, _) => Request(force: false);
            watcher.Created += (_, _) => Request(force: false);
            watcher.Renamed += (_, _) => Request(force: false);
            watcher.Deleted += (_, _) => Request(force: false);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or PlatformNotSupportedException)
        {
            Log.PollingOnly(logger, folder, exception.Message);
            return null;
        }
    }

    private PosixSignalRegistration? OnHangup() => OperatingSystem.IsWindows()
        ? null
        : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            // Without this the default action would end the process.
            context.Cancel = true;
            Request(force: true);
        });

    private static partial class Log
    {
        [LoggerMessage(1111, LogLevel.Warning, "The folder {Folder} cannot be watched ({Reason}); changes are noticed within two seconds instead of at once.")]
        public static partial void PollingOnly(ILogger logger, string folder, string reason);

        [LoggerMessage(1112, LogLevel.Error, "Reading {Path} again failed; what is in force stays.")]
        public static partial void Failed(ILogger logger, string path, Exception exception);
    }
}
