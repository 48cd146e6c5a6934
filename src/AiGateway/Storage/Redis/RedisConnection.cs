using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.Providers;
using StackExchange.Redis;

namespace AiGateway.Storage.Redis;

/// <summary>A connection to Redis, which all calls for one purpose share. It is made in the background, and made again whenever it breaks.</summary>
/// <remarks>
/// A call has a time of its own. After three that failed in a row nobody asks for a quarter of a second, so that a Redis that hangs
/// does not cost every request its time-out; then one goes ahead and tells whether it is back.
/// </remarks>
internal sealed class RedisConnection(RedisModel settings, TrustedAuthorities authorities, TimeProvider clock, RedisMetrics metrics) : IAsyncDisposable
{
    private const int Patience = 3;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private Task<ConnectionMultiplexer>? _connecting;
    private int _failures;
    private long _asksAgainAt;

    /// <summary>The connection was broken and is there again. Raised on a thread of the client's.</summary>
    public event EventHandler? CameBack;

    /// <summary>Runs a script.</summary>
    /// <exception cref="LimitStoreException">Redis failed, did not answer in time, or failed so lately that it is not asked.</exception>
    public Task<RedisResult> RunAsync(LimitScript script, RedisKey[] keys, RedisValue[] values) =>
        RunAsync(script.Name, database => CallAsync(database, script, keys, values));

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command, in lower case as metrics have it.</param>
    /// <param name="arguments">Its arguments; keys as <see cref="RedisKey"/>, by which a cluster finds its node.</param>
    /// <exception cref="LimitStoreException">As for scripts.</exception>
    public Task<RedisResult> RunAsync(string command, params object[] arguments) =>
        RunAsync(command, database => database.ExecuteAsync(command, arguments));

    private async Task<RedisResult> RunAsync(string name, Func<IDatabase, Task<RedisResult>> ask)
    {
        if (Volatile.Read(ref _failures) >= Patience)
        {
            var (now, at) = (clock.GetTimestamp(), Volatile.Read(ref _asksAgainAt));
            var next = now + (long)(Rest.TotalSeconds * clock.TimestampFrequency);
            // One goes ahead; the rest goes on for the others.
            if (now < at || Interlocked.CompareExchange(ref _asksAgainAt, next, at) != at)
            {
                throw new LimitStoreException("Redis failed a moment ago.", LimitStoreFault.Resting);
            }
        }
        var began = clock.GetTimestamp();
        Task<RedisResult>? call = null;
        try
        {
            call = AskAsync(ask);
            var result = await call.WaitAsync(settings.Timeout, clock);
            metrics.Called(name, "ok", clock.GetElapsedTime(began));
            Volatile.Write(ref _failures, 0);
            return result;
        }
        catch (TimeoutException e)
        {
            _ = call?.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            Failed(name, "timeout", began);
            throw new LimitStoreException($"Redis did not answer within {settings.Timeout.TotalMilliseconds} ms.", LimitStoreFault.Timeout, e);
        }
        catch (Exception e) when (e is RedisException or InvalidOperationException or ObjectDisposedException or IOException or System.Net.Sockets.SocketException)
        {
            Failed(name, "unavailable", began);
            throw new LimitStoreException($"Redis cannot be asked: {FirstLine(e.Message)}", LimitStoreFault.Unavailable, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connecting is { IsCompletedSuccessfully: true } connected)
        {
            await (await connected).CloseAsync(allowCommandsToComplete: false);
        }
    }

    private void Failed(string name, string result, long began)
    {
        metrics.Called(name, result, clock.GetElapsedTime(began));
        Volatile.Write(ref _asksAgainAt, clock.GetTimestamp() + (long)(Rest.TotalSeconds * clock.TimestampFrequency));
        Interlocked.Increment(ref _failures);
    }

    private async Task<RedisResult> AskAsync(Func<IDatabase, Task<RedisResult>> ask) =>
        await ask((await ConnectedAsync()).GetDatabase(settings.Database));

    private static async Task<RedisResult> CallAsync(IDatabase database, LimitScript script, RedisKey[] keys, RedisValue[] values)
    {
        var arguments = new object[2 + keys.Length + values.Length];
        arguments[0] = script.Hash;
        arguments[1] = keys.Length;
        for (var i = 0; i < keys.Length; i++)
        {
            arguments[2 + i] = keys[i];
        }
        for (var i = 0; i < values.Length; i++)
        {
            arguments[2 + keys.Length + i] = values[i];
        }
        try
        {
            return await database.ExecuteAsync("EVALSHA", arguments);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // A Redis that is new, or whose scripts were flushed, learns it by being told once.
            arguments[0] = script.Text;
            return await database.ExecuteAsync("EVAL", arguments);
        }
    }

    private Task<ConnectionMultiplexer> ConnectedAsync()
    {
        var connecting = Volatile.Read(ref _connecting);
        if (connecting is { IsFaulted: false })
        {
            return connecting;
        }
        lock (_lock)
        {
            if (_connecting is null or { IsFaulted: true })
            {
                // In the thread pool: the client resolves names before its first wait.
                _connecting = Task.Run(ConnectAsync);
            }
            return _connecting;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var connected = await ConnectionMultiplexer.ConnectAsync(Options());
#pragma warning disable CS0618 // Of clients since 2.0, which complete each call by itself anyway.
        // Else one call's answer is handed on after the other's, and what follows it has to make way for them.
        connected.PreserveAsyncOrder = false;
#pragma warning restore CS0618
        connected.ConnectionRestored += (_, restored) =>
        {
            if (restored.ConnectionType == ConnectionType.Interactive)
            {
                CameBack?.Invoke(this, EventArgs.Empty);
            }
        };
        return connected;
    }

    private ConfigurationOptions Options()
    {
        var options = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            AllowAdmin = false,
            ClientName = "aigateway",
            ConnectRetry = 1,
            ConnectTimeout = 2_000,
            KeepAlive = 15,
            Password = settings.Password?.Reveal(),
            Ssl = settings.IsTls,
            SslHost = settings.IsTls ? settings.Endpoints[0].Host : null,
        };
        foreach (var (host, port) in settings.Endpoints)
        {
            options.EndPoints.Add(host, port);
        }
        if (authorities.Validation is { } validation)
        {
            options.CertificateValidation += validation;
        }
        return options;
    }

    // The client adds figures of its threads, each after a semicolon; the first may be the cause.
    private static string FirstLine(string message) => string.Join(';', message.Split('\n', 2)[0].Split(';').Take(2)).TrimEnd('\r');
}
