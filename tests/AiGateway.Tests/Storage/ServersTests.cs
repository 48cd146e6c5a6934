using AiGateway.TestKit;
using Npgsql;
using StackExchange.Redis;

namespace AiGateway.Tests.Storage;

/// <summary>The real servers that other tests stand on: they start, and come back with or without what they held.</summary>
public sealed class ServersTests
{
    [Fact]
    public async Task Redis_ComesBackAsItWas_OrEmpty()
    {
        await using var server = await RedisServer.StartOrSkipAsync();
        await WriteAsync();
        await server.StopAsync(keep: true);
        await server.StartAsync();
        Assert.Equal("1", await ReadAsync());
        await server.StopAsync(keep: false);
        await server.StartAsync();
        Assert.Null(await ReadAsync());

        async Task WriteAsync()
        {
            using var redis = await ConnectionMultiplexer.ConnectAsync(server.Endpoint);
            await redis.GetDatabase().StringSetAsync("key", "1");
        }

        async Task<string?> ReadAsync()
        {
            using var redis = await ConnectionMultiplexer.ConnectAsync(server.Endpoint);
            return await redis.GetDatabase().StringGetAsync("key");
        }
    }

    [Fact]
    public async Task Postgres_ComesBackAsItWas()
    {
        await using var server = await PostgresServer.StartOrSkipAsync();
        Assert.Equal(0, await ExecuteAsync("CREATE TABLE a AS SELECT 7 AS b"));
        await server.StopAsync();
        await server.StartAsync();
        Assert.Equal(7, await ExecuteAsync("SELECT b FROM a"));

        async Task<int> ExecuteAsync(string sql)
        {
            await using var source = NpgsqlDataSource.Create(server.ConnectionString());
            await using var command = source.CreateCommand(sql);
            return await command.ExecuteScalarAsync() as int? ?? 0;
        }
    }
}
