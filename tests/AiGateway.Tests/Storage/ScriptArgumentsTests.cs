using System.Globalization;
using AiGateway.Storage.Redis;
using AiGateway.TestKit;
using StackExchange.Redis;

namespace AiGateway.Tests.Storage;

/// <summary>What scripts are given is what Redis reads.</summary>
public sealed class ScriptArgumentsTests
{
    [Fact]
    public async Task NumbersAndTexts_AreReadByRedisAsTheyWereWritten()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        long[] numbers = [0, 1, 127, 128, -1, -128, 1_795_262_400_000_000, -(1L << 53), 1L << 53];
        string[] texts = ["", "e1", "team\n{red}:ü😀", new string('x', 70_000)];
        var arguments = new ScriptArguments();
        foreach (var number in numbers)
        {
            arguments.Add(number);
        }
        foreach (var text in texts)
        {
            arguments.Add(text);
        }

        var read = (string[])(await client.GetDatabase().ScriptEvaluateAsync(
            "local all = {} for i, value in ipairs(cmsgpack.unpack(ARGV[1])) do all[i] = type(value) == 'number' and string.format('%.0f', value) or value end return all", [], [arguments.ToArray()]))!;

        Assert.Equal([.. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)), .. texts], read);
    }
}
