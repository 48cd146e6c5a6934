using System.Globalization;
using System.Text;

namespace AiGateway.TestKit;

/// <summary>A real Redis on loopback, in a process and a folder of its own, which can be stopped and come back empty or as it was.</summary>
/// <remarks>It is looked for in <c>.tools/redis/bin</c>, where <c>./test.sh</c> puts one, and on the PATH; a test that needs it is skipped, visibly, where there is none.</remarks>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _program;
    private readonly ServerProcess _server = new("Redis");
    private readonly string[] _settings;

    private RedisServer(string program, Func<RedisServer, string[]> settings)
    {
        _program = program;
        _settings = settings(this);
    }

    /// <summary>A folder of its own, which goes with it.</summary>
    public string Folder => _server.Folder;

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port => _server.Port;

    /// <summary>Host and port, as clients take them.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Its process; throws while it is stopped.</summary>
    public ChildProcess Process => _server.Process;

    /// <summary>Starts an empty one, or skips the running test where no Redis is installed.</summary>
    public static Task<RedisServer> StartOrSkipAsync() => StartOrSkipAsync(static server => ["--port", server.Port.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Starts one with settings of its own, its port among them.</summary>
    public static async Task<RedisServer> StartOrSkipAsync(Func<RedisServer, string[]> settings)
    {
        var program = Programs.Find("redis-server", Path.Combine(RepositoryRoot.Path, ".tools", "redis", "bin"))
            ?? throw new SkipException("redis-server not found. ./test.sh fetches one; or install the package redis-server.");
        var server = new RedisServer(program, settings);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again on the same port, with what <see cref="StopAsync"/> kept.</summary>
    public Task StartAsync() => _server.StartAsync(
        _program,
        [.. _settings, "--bind", "127.0.0.1", "--dir", Folder, "--save", "", "--appendonly", "no", "--daemonize", "no"],
        "Ready to accept connections");

    /// <summary>Sends a command and reads up to where the answer has a text, for 10 s at most; only to one without TLS.</summary>
    public async Task AskUntilAsync(string command, string wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", Port, patience.Token);
        var (buffer, read) = (new byte[16 * 1024], "");
        while (!read.Contains(wanted, StringComparison.Ordinal))
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), patience.Token);
            read = Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, patience.Token));
            await Task.Delay(10, patience.Token);
        }
    }

    /// <summary>Stops it.</summary>
    /// <param name="keep">Whether what it holds comes back with <see cref="StartAsync"/>; false: it comes back empty.</param>
    public async Task StopAsync(bool keep)
    {
        if (!keep)
        {
            await Process.KillAsync();
            File.Delete(Path.Combine(Folder, "dump.rdb"));
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
