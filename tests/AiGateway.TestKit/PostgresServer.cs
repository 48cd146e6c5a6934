using System.Diagnostics;
using System.Globalization;

namespace AiGateway.TestKit;

/// <summary>A real PostgreSQL on loopback, in a process and a folder of its own, which can be stopped and come back.</summary>
/// <remarks>
/// It is looked for on the PATH and where Debian puts it; a test that needs it is skipped, visibly, where there is none.
/// PostgreSQL refuses to run as root: a root's test runs it as <c>nobody</c>.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "gateway";

    private readonly string _program;
    private readonly string[] _settings;
    private readonly ServerProcess _server = new("PostgreSQL");

    private PostgresServer(string program, string[] settings) => (_program, _settings) = (program, settings);

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port => _server.Port;

    /// <summary>Its process; throws while it is stopped.</summary>
    public ChildProcess Process => _server.Process;

    /// <summary>How a database is reached: a URL, as the routing file takes it. The user may do everything and has no password.</summary>
    /// <param name="database">Default: the one that is always there.</param>
    public Uri Url(string database = "postgres") => new(string.Create(CultureInfo.InvariantCulture, $"postgres://{User}@127.0.0.1:{Port}/{database}"));

    /// <summary>How a database is reached, in Npgsql's form.</summary>
    public string ConnectionString(string database = "postgres") => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username={User};Database={database}");

    /// <summary>Starts one with empty databases, or skips the running test where no PostgreSQL is installed.</summary>
    /// <param name="settings">Settings that are not the default's: <c>name=value</c>.</param>
    public static async Task<PostgresServer> StartOrSkipAsync(params string[] settings)
    {
        string[] folders = Directory.Exists("/usr/lib/postgresql") ? [.. Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))] : [];
        if (Programs.Find("postgres", folders) is not { } postgres || Programs.Find("initdb", folders) is not { } initdb)
            throw new SkipException("postgres and initdb not found. ./test.sh installs them; or install the package postgresql.");
        var server = new PostgresServer(postgres, settings);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "nobody", server._server.Folder);
        var (program, first) = Command(initdb);
        await RunAsync(program, [.. first, "--pgdata", server._server.Folder, "--username", User, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again on the same port.</summary>
    public Task StartAsync()
    {
        var (program, first) = Command(_program);
        string[] settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", .. _settings];
        return _server.StartAsync(
            program, [.. first, "-D", _server.Folder, "-p", Port.ToString(CultureInfo.InvariantCulture), .. settings.SelectMany(static setting => (string[])["-c", setting])],
            "database system is ready to accept connections");
    }

    /// <summary>Ends it as an operator's restart does: every connection is cut, what was committed stays.</summary>
    public async Task StopAsync()
    {
        await Process.SignalAsync("INT");
        await _server.EndAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static (string Program, string[] First) Command(string program) =>
        Environment.IsPrivilegedProcess ? ("setpriv", ["--reuid=nobody", "--clear-groups", "--", program]) : (program, []);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with code {process.ExitCode}: {await output} {await error}");
    }
}
