using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace AiGateway.TestKit;

/// <summary>A process that a test starts, watches and ends. Disposing it kills it, and what it started, if it still runs.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ChildProcess(Process process) => _process = process;

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>True when it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code; 128 + the signal's number when a signal ended it. Throws while it runs.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>What it wrote to standard output and standard error so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its path, or a name on the PATH.</param>
    /// <param name="arguments">Each passed as it is, unquoted.</param>
    /// <param name="environment">Added to this process's; a null value removes.</param>
    /// <param name="workingDirectory">Default: this process's.</param>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var child = new ChildProcess(process);
        process.OutputDataReceived += child.Received;
        process.ErrorDataReceived += child.Received;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Starts a .NET program by its dll.</summary>
    public static ChildProcess StartDotnet(string dll, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null) =>
        Start(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [dll, .. arguments], environment, workingDirectory);

    /// <summary>Waits for a line that a regular expression matches, also one that was written before.</summary>
    /// <exception cref="TimeoutException">It did not come in time, or the process ended; the message holds the output.</exception>
    public async Task<Match> WaitForLineAsync(string pattern, TimeSpan? limit = null)
    {
        var expression = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        Match? found = null;
        await WaitAsync(
            () =>
            {
                found = _lines.Select(line => expression.Match(line)).FirstOrDefault(match => match.Success);
                return Task.FromResult(found is not null);
            },
            $"No line of process {Id} matches '{pattern}'",
            limit);
        return found!;
    }

    /// <summary>Waits until a GET of a URL is answered with a status below 400.</summary>
    /// <exception cref="TimeoutException">It was not in time, or the process ended; the message holds the output.</exception>
    public async Task WaitForHttpAsync(Uri url, TimeSpan? limit = null)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await WaitAsync(
            async () =>
            {
                try
                {
                    using var answer = await client.GetAsync(url);
                    return (int)answer.StatusCode < 400;
                }
                catch (Exception refused) when (refused is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            },
            $"{url} of process {Id} was not answered",
            limit);
    }

    /// <summary>Sends a signal, such as <c>TERM</c>, <c>HUP</c> or <c>INT</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends it at once, as SIGKILL does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It still runs.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        using var timeout = new CancellationTokenSource(limit ?? DefaultLimit);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"Process {Id} still runs after {limit ?? DefaultLimit}. Its output:\n{Output}", late);
        }
        return ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Received(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
            _lines.Enqueue(text);
    }

    private async Task WaitAsync(Func<Task<bool>> isReached, string complaint, TimeSpan? limit)
    {
        var watch = Stopwatch.StartNew();
        while (!await isReached())
        {
            if (HasExited)
            {
                // The last lines arrive on another thread; this waits for them.
                await _process.WaitForExitAsync();
                if (await isReached())
                    return;
                throw new TimeoutException($"{complaint}: it ended with code {ExitCode}. Its output:\n{Output}");
            }
            if (watch.Elapsed > (limit ?? DefaultLimit))
                throw new TimeoutException($"{complaint} within {limit ?? DefaultLimit}. Its output:\n{Output}");
            await Task.Delay(10);
        }
    }
}
