using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Tests.Fuzzing;

/// <summary>Pins that our own reader reads, accepts and refuses what <see cref="Utf8JsonReader"/> does. AIGATEWAY_TEST_FULL=1 runs fifty times as many rounds.</summary>
public sealed class JsonScannerTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("AIGATEWAY_TEST_FULL") == "1" ? 1_000_000 : 20_000;

    private static readonly string[] Small =
    [
        """{"a":[1,-2.5e+3,"x\n\u00e9",true,false,null,{}],"b":{"c":[],"d":"\\\"\/\b\f\r\t"}}""",
        " { \"a\" : [ 1 , 2 ] ,\r\n\t\"b\" : \"c\" } ",
        "\"\\ud83d\\ude00\"",
        "-0.10E-07",
        "[[[{\"a\":{\"b\":[0]}}]]]",
        "null",
    ];

    [Fact]
    public void ValidJson_GivesTheSameTokens()
    {
        var samples = new JsonSamples(11);
        for (var round = 0; round < Rounds; round++)
        {
            var json = samples.Next(round % 10);
            AssertSame(json);
            Assert.Null(Defect(json));
        }
    }

    [Fact]
    public void DamagedJson_GivesTheSameTokensAndTheSameRefusal()
    {
        var samples = new JsonSamples(12);
        var mutator = new Mutator(12);
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var json = mutator.Mutate(samples.Next(1 + (round % 6)));
            AssertSame(json);
            if (Defect(json) is not null)
                refused++;
        }

        // Neither all nor none: the damage is of a useful size.
        Assert.InRange(refused, Rounds / 4, Rounds - (Rounds / 50));
    }

    [Fact]
    public void TruncatedOrChangedAtEachByte_IsTheSame()
    {
        foreach (var text in Small)
        {
            var json = Encoding.UTF8.GetBytes(text);
            for (var length = 0; length <= json.Length; length++)
                AssertSame(json.AsSpan(0, length));
            for (var at = 0; at < json.Length; at++)
            {
                var original = json[at];
                for (var b = 0; b < 256; b++)
                {
                    json[at] = (byte)b;
                    AssertSame(json);
                }
                json[at] = original;
            }
        }
    }

    [Fact]
    public void SkippedValues_EndAtTheSamePlace()
    {
        var samples = new JsonSamples(13);
        var mutator = new Mutator(13);
        for (var round = 0; round < Rounds; round++)
        {
            var json = samples.Next(6);
            AssertSame(round % 2 == 0 ? json : mutator.Mutate(json), skipEvery: 1 + mutator.Next(5));
        }
    }

    /// <summary>Each byte after a backslash, and each byte alone, at every place in a block and in strings that end near the text's end or far from it.</summary>
    [Fact]
    public void EachEscapeAtEachPlace_IsTheSame()
    {
        foreach (var tail in new[] { 0, 3, 63, 64, 130 })
        {
            for (var lead = 0; lead < 70; lead++)
            {
                var json = Encoding.UTF8.GetBytes("[\"" + new string('x', lead) + "\\n\"" + new string(' ', tail) + "]");
                for (var b = 0; b < 256; b++)
                {
                    json[lead + 3] = (byte)b;
                    AssertSame(json);
                }
                json[lead + 3] = (byte)'x';
                for (var b = 0; b < 256; b++)
                {
                    json[lead + 2] = (byte)b;
                    AssertSame(json);
                }
            }
        }
    }

    [Fact]
    public void EachHexadecimalDigit_IsTheSame()
    {
        for (var lead = 0; lead < 70; lead++)
        {
            var json = Encoding.UTF8.GetBytes("\"" + new string('x', lead) + "\\u00e9\\uABCD" + new string('x', lead) + "\"");
            for (var digit = 0; digit < 4; digit++)
            {
                var at = lead + 3 + digit;
                var original = json[at];
                for (var b = 0; b < 256; b++)
                {
                    json[at] = (byte)b;
                    AssertSame(json);
                }
                json[at] = original;
            }
            for (var length = 0; length < json.Length; length++)
                AssertSame(json.AsSpan(0, length));
        }
    }

    /// <summary>Every text of up to six of the characters that numbers are made of, alone and as an element.</summary>
    [Fact]
    public void EveryShapeOfNumber_IsTheSame()
    {
        var alphabet = "-+019.eE/ "u8;
        var buffer = new byte[8];
        for (var length = 1; length <= 6; length++)
        {
            var combinations = (int)Math.Pow(alphabet.Length, length);
            for (var combination = 0; combination < combinations; combination++)
            {
                var rest = combination;
                for (var i = 1; i <= length; i++)
                {
                    buffer[i] = alphabet[rest % alphabet.Length];
                    rest /= alphabet.Length;
                }
                if (length < 5)
                    AssertSame(buffer.AsSpan(1, length));
                buffer[0] = (byte)'[';
                buffer[length + 1] = (byte)']';
                AssertSame(buffer.AsSpan(0, length + 2));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    public void Nesting_IsRefusedAtTheSameDepth(int maxDepth)
    {
        for (var depth = maxDepth - 1; depth <= maxDepth + 1; depth++)
        {
            var arrays = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
            var objects = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth));
            var mixed = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[{\"a\":", depth / 2)) + "1" + string.Concat(Enumerable.Repeat("}]", depth / 2)));
            AssertSame(arrays, maxDepth: maxDepth);
            AssertSame(objects, maxDepth: maxDepth);
            AssertSame(mixed, maxDepth: maxDepth);

            var scanner = new JsonScanner(arrays, maxDepth);
            while (scanner.Read())
            {
            }
            Assert.Equal(depth > maxDepth, scanner.IsTooDeep);
        }
    }

    [Theory]
    [InlineData("12", true, 12)]
    [InlineData("-0", true, 0)]
    [InlineData("9223372036854775807", true, long.MaxValue)]
    [InlineData("9223372036854775808", false, 0)]
    [InlineData("1.0", false, 0)]
    [InlineData("1e2", false, 0)]
    public void Integer_IsReadAsTheLibraryDoes(string json, bool isInteger, long expected)
    {
        var scanner = new JsonScanner(Encoding.UTF8.GetBytes(json));
        Assert.True(scanner.Read());

        Assert.Equal(isInteger, scanner.TryGetInt64(out var value));
        if (isInteger)
            Assert.Equal(expected, value);
    }

    private static (int Line, int Byte)? Defect(ReadOnlySpan<byte> json)
    {
        var scanner = new JsonScanner(json);
        while (scanner.Read())
        {
        }
        return scanner.ErrorIndex < 0 ? null : scanner.ErrorPosition();
    }

    private static void AssertSame(ReadOnlySpan<byte> json, int skipEvery = 0, int maxDepth = JsonScanner.LargestDepth)
    {
        var expected = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        var actual = new JsonScanner(json, maxDepth);
        for (var token = 1; ; token++)
        {
            var isSkip = skipEvery > 0 && token % skipEvery == 0;
            bool isRead;
            try
            {
                isRead = expected.Read();
                if (isSkip)
                    expected.Skip();
            }
            catch (JsonException e)
            {
                if (actual.Read() && isSkip)
                    actual.Skip();
                Check(actual.ErrorIndex >= 0 && actual.TokenType == JsonTokenType.None && !actual.Read(), json, token, "accepted");
                Check(actual.ErrorPosition() == ((int)e.LineNumber! + 1, (int)e.BytePositionInLine! + 1), json, token, $"{actual.ErrorPosition()} but {e.Message}");
                return;
            }

            var isActual = actual.Read();
            if (isSkip)
                actual.Skip();
            Check(isActual == isRead && actual.ErrorIndex < 0, json, token, "refused or ended");
            Check(actual.TokenType == expected.TokenType && actual.CurrentDepth == expected.CurrentDepth, json, token, "type or depth");
            Check(actual.BytesConsumed == expected.BytesConsumed, json, token, "end");
            if (!isRead)
                return;
            Check(actual.TokenStartIndex == expected.TokenStartIndex, json, token, "start");
            Check(actual.ValueSpan.SequenceEqual(expected.ValueSpan), json, token, "value");
            Check(actual.ValueIsEscaped == expected.ValueIsEscaped, json, token, "escaped");
        }
    }

    private static void Check(bool isSame, ReadOnlySpan<byte> json, int token, string what)
    {
        if (!isSame)
            Assert.Fail($"Token {token}, {what}: {Encoding.UTF8.GetString(json)}");
    }
}
