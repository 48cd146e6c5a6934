namespace AiGateway.TestKit;

/// <summary>A server that a test starts on a port and in a folder of its own, stops and starts again. Disposing it kills it and removes the folder.</summary>
/// <param name="name">Its name, for messages and the folder.</param>
internal sealed class ServerProcess(string name) : IAsyncDisposable
{
    private ChildProcess? _process;

    /// <summary>Its folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory($"{name.ToLowerInvariant()}-").FullName;

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>Its process; throws while it is stopped.</summary>
    public ChildProcess Process => _process ?? throw new InvalidOperationException($"{name} is stopped.");

    /// <summary>Starts it, and waits until it says that it is ready.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="ready">What it writes when it is ready; a regular expression.</param>
    public async Task StartAsync(string program, IEnumerable<string> arguments, string ready)
    {
        _process = ChildProcess.Start(program, arguments);
        await _process.WaitForLineAsync(ready);
    }

    /// <summary>Waits until it has ended, as it was asked to.</summary>
    public async Task EndAsync()
    {
        await Process.WaitForExitAsync();
        await Process.DisposeAsync();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
