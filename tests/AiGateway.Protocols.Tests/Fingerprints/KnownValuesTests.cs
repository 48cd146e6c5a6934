using System.Text;
using AiGateway.Protocols.Fingerprints;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Fingerprints;

/// <summary>Pins that what came before has the key that it would be given anew, and nothing else has it.</summary>
public sealed class KnownValuesTests
{
    private const int Repetitions = 4;

    private const string Tool =
        """{"type":"function","function":{"name":"tool_NUMBER","description":"TEXT","strict":true,"parameters":{"type":"object","properties":{"b":{"type":"string"},"a":{"maximum":MOST}}}}}""";

    [Theory]
    [InlineData("[", "]")]
    [InlineData("""{"z":1,"tools":[""", "],\"a\":2}")]
    public void ToolsThatComeAgain_HaveTheirKeyAsWrittenAnew(string before, string after)
    {
        var random = SeededRandom.From(91);
        for (var round = 0; round < 20; round++)
        {
            var tools = before + Tools(random, random.Next(4, 80)) + after;
            // Bytes that never came before: white space is no part of a form.
            var anew = Key($"{tools[0]} {new string('\n', round)}{tools[1..]}");
            for (var times = 0; times < Repetitions; times++)
                Assert.True(anew == Key(tools), $"seed {random.Seed}, round {round}, time {times}");
        }
    }

    [Fact]
    public void AnotherByteInToolsThatAreKnown_IsAnotherKey()
    {
        var random = SeededRandom.From(92);
        var tools = "[" + Tools(random, 30) + "]";
        var key = Repeated(tools);

        Assert.NotEqual(key, Key(tools[..^1] + ",1]"));
        Assert.NotEqual(key, Key(tools.Replace("tool_7\"", "tool_8\"", StringComparison.Ordinal)));
        Assert.NotEqual(key, Repeated("[" + tools + "]"));
        Assert.Equal(key, Key(tools));
    }

    [Theory]
    [InlineData("]")]
    [InlineData("x")]
    [InlineData(",,\"a\":1")]
    [InlineData("\"a\":1")]
    public void WhatFollowsToolsThatAreKnown_IsReadStill(string rest)
    {
        var random = SeededRandom.From(93);
        var tools = "[" + Tools(random, 30) + "]";
        Repeated(tools);

        Assert.False(RequestFingerprinter.TryCompute(Context, Encoding.UTF8.GetBytes($$"""{"tools":{{tools}}{{rest}}}"""), out _));
        Assert.False(RequestFingerprinter.TryCompute(Context, Encoding.UTF8.GetBytes($$"""{"tools":{{tools}}"""), out _));
    }

    [Fact]
    public void ToolsThatAreKnown_StandForThemselvesUnderAnyNameAndBesideAnything()
    {
        var random = SeededRandom.From(94);
        var tools = "[" + Tools(random, 30) + "]";
        Repeated(tools);

        Assert.Equal(Of($$"""{"tools":[ {{tools[1..]}},"a":1}"""), Of($$"""{"tools": {{tools}} ,"a":1}"""));
        Assert.Equal(Of($$"""{"tools":{{tools}},"a":1}"""), Of($$"""{"a":1,"tools":{{tools}}}"""));
        Assert.NotEqual(Of($$"""{"tools":{{tools}}}"""), Of($$"""{"functions":{{tools}}}"""));
        Assert.NotEqual(Of($$"""{"tools":{{tools}},"tools":1}"""), Of($$"""{"tools":1,"tools":{{tools}}}"""));
    }

    [Fact]
    public void MoreValuesThanAreKept_FromManyThreads_KeepTheirKeys()
    {
        var random = SeededRandom.From(95);
        var all = Enumerable.Range(0, 100).Select(_ => "[" + Tools(random, random.Next(8, 20)) + "]").ToArray();
        var keys = all.Select(tools => Key("[ " + tools[1..])).ToArray();

        Parallel.For(0, 3_000, turn => Assert.Equal(keys[turn % all.Length], Key(all[turn % all.Length])));
    }

    private static readonly FingerprintContext Context = new(Operation.ChatCompletions, 0, "alias", "tenant", "", "");

    private static Digest Repeated(string tools)
    {
        var key = Key(tools);
        for (var times = 0; times < Repetitions; times++)
            Assert.Equal(key, Key(tools));
        return key;
    }

    private static Digest Key(string tools) => Of($$"""{"model":"m","tools":{{tools}},"messages":[{"role":"user","content":"hi"}],"temperature":0}""");

    private static Digest Of(string body)
    {
        Assert.True(RequestFingerprinter.TryCompute(Context, Encoding.UTF8.GetBytes(body), out var fingerprint));
        return fingerprint.Key;
    }

    /// <summary>The inside of an array of tools, each of some 150 bytes, its members in no order.</summary>
    private static string Tools(Random random, int count) => string.Join(',', Enumerable.Range(0, count).Select(number => Tool
        .Replace("NUMBER", $"{number}", StringComparison.Ordinal).Replace("TEXT", $"{random.Next()}", StringComparison.Ordinal).Replace("MOST", $"{random.Next(100)}.50", StringComparison.Ordinal)));
}
