using System.Globalization;

namespace AiGateway.TestKit;

/// <summary>A real Redis on loopback, in a process and a folder of its own, which can be stopped and come back empty or as it was.</summary>
/// <remarks>It is looked for in <c>.tools/redis/bin</c>, where <c>./test.sh</c> puts one, and on the PATH; a test that needs it is skipped, visibly, where there is none.</remarks>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _program;
    private readonly string _folder;
    private ChildProcess? _process;

    private RedisServer(string program, string folder, int port)
    {
        _program = program;
        _folder = folder;
        Port = port;
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Host and port, as clients take them.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Its process; throws while it is stopped.</summary>
    public ChildProcess Process => _process ?? throw new InvalidOperationException("Redis is stopped.");

    /// <summary>Starts an empty one, or skips the running test where no Redis is installed.</summary>
    public static async Task<RedisServer> StartOrSkipAsync()
    {
        var program = Programs.Find("redis-server", Path.Combine(RepositoryRoot.Path, ".tools", "redis", "bin"))
            ?? throw new SkipException("redis-server not found. ./test.sh fetches one; or install the package redis-server.");
        var server = new RedisServer(program, Directory.CreateTempSubdirectory("redis-").FullName, FreePort.Next());
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again on the same port, with what <see cref="StopAsync"/> kept.</summary>
    public async Task StartAsync()
    {
        _process = ChildProcess.Start(_program, [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--appendonly", "no", "--daemonize", "no",
        ]);
        await _process.WaitForLineAsync("Ready to accept connections");
    }

    /// <summary>Stops it.</summary>
    /// <param name="keep">Whether what it holds comes back with <see cref="StartAsync"/>; false: it comes back empty.</param>
    public async Task StopAsync(bool keep)
    {
        var dump = Path.Combine(_folder, "dump.rdb");
        if (!keep)
        {
            await Process.KillAsync();
            File.Delete(dump);
        }
        else
        {
            using var client = new System.Net.Sockets.TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            await client.GetStream().WriteAsync("SHUTDOWN SAVE\r\n"u8.ToArray());
            await Process.WaitForExitAsync();
        }
        await Process.DisposeAsync();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
