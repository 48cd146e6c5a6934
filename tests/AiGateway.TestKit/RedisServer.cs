using System.Globalization;

namespace AiGateway.TestKit;

/// <summary>A real Redis on loopback, in a process and a folder of its own, which can be stopped and come back empty or as it was.</summary>
/// <remarks>It is looked for in <c>.tools/redis/bin</c>, where <c>./test.sh</c> puts one, and on the PATH; a test that needs it is skipped, visibly, where there is none.</remarks>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _program;
    private readonly ServerProcess _server = new("Redis");

    private RedisServer(string program) => _program = program;

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port => _server.Port;

    /// <summary>Host and port, as clients take them.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Its process; throws while it is stopped.</summary>
    public ChildProcess Process => _server.Process;

    /// <summary>Starts an empty one, or skips the running test where no Redis is installed.</summary>
    public static async Task<RedisServer> StartOrSkipAsync()
    {
        var server = new RedisServer(Programs.Find("redis-server", Path.Combine(RepositoryRoot.Path, ".tools", "redis", "bin"))
            ?? throw new SkipException("redis-server not found. ./test.sh fetches one; or install the package redis-server."));
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again on the same port, with what <see cref="StopAsync"/> kept.</summary>
    public Task StartAsync() => _server.StartAsync(
        _program,
        ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _server.Folder, "--save", "", "--appendonly", "no", "--daemonize", "no"],
        "Ready to accept connections");

    /// <summary>Stops it.</summary>
    /// <param name="keep">Whether what it holds comes back with <see cref="StartAsync"/>; false: it comes back empty.</param>
    public async Task StopAsync(bool keep)
    {
        if (!keep)
        {
            await Process.KillAsync();
            File.Delete(Path.Combine(_server.Folder, "dump.rdb"));
        }
        else
        {
            using var client = new System.Net.Sockets.TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            await client.GetStream().WriteAsync("SHUTDOWN SAVE\r\n"u8.ToArray());
        }
        await _server.EndAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
