using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Fingerprints;
using AiGateway.Protocols.Tests.Chat;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Fingerprints;

/// <summary>Pins which requests may share an answer: those that differ in nothing that matters, and no others.</summary>
public sealed class RequestFingerprintTests
{
    private const int Rounds = 6;

    private static readonly (Operation Operation, string Body)[] Plain =
    [
        (Operation.ChatCompletions, """{"model":"m","messages":[{"role":"system","content":"be brief"},{"role":"user","content":[{"type":"text","text":"hi"}],"name":"eve"}],"temperature":0,"stream":true,"stream_options":{"include_usage":true},"service_tier":"flex","user":"u","safety_identifier":"s","metadata":{"a":"b"},"prompt_cache_key":"k","prompt_cache_retention":"24h","store":false,"logit_bias":{"50256":-100},"stop":["a","b"],"n":2,"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"number","minimum":0.5}},"required":["a","b"]}}}}"""),
        (Operation.Responses, """{"model":"m","input":"hi","instructions":"be brief","stream":true,"stream_options":{"include_obfuscation":false},"service_tier":"auto","user":"u","metadata":{"a":"b"},"safety_identifier":"s","prompt_cache_key":"k","store":true,"previous_response_id":"resp_1","include":["a"]}"""),
        (Operation.Messages, """{"model":"m","max_tokens":10,"messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}],"metadata":{"user_id":"u"},"stream":true,"service_tier":"auto","thinking":{"type":"enabled","budget_tokens":1024},"user":"u"}"""),
        (Operation.GenerateContent, """{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"labels":{"team":"a"},"generationConfig":{"temperature":0.5,"seed":3},"safetySettings":[{"category":"a","threshold":"b"}]}"""),
        (Operation.Completions, """{"model":"m","prompt":["a","b"],"max_tokens":5,"user":"u","stream":false,"stream_options":null,"metadata":{"a":"b"}}"""),
        (Operation.Embeddings, """{"model":"m","input":[[1,20,300],[4]],"user":"u","encoding_format":"base64","dimensions":256}"""),
        (Operation.Moderations, """{"model":"m","input":"text","user":"u"}"""),
        (Operation.Rerank, """{"model":"m","query":"q","documents":["a",{"text":"b"}],"top_n":1,"return_documents":true}"""),
    ];

    public static TheoryData<Operation, Dialect> Conversational() => new()
    {
        { Operation.ChatCompletions, Dialect.OpenAIChat },
        { Operation.Responses, Dialect.OpenAIResponses },
        { Operation.Messages, Dialect.Anthropic },
        { Operation.GenerateContent, Dialect.Gemini },
    };

    public static TheoryData<Operation, string> Bodies()
    {
        var rows = new TheoryData<Operation, string>();
        foreach (var (operation, body) in Plain)
            rows.Add(operation, body);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Conversational))]
    public void GeneratedConversation_AnyMemberChanged_GetsAnotherKey(Operation operation, Dialect dialect)
    {
        var random = SeededRandom.From(61);
        for (var round = 0; round < Rounds; round++)
            CheckMutations(operation, Generate(random, dialect), $"seed {random.Seed}, round {round}");
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Request_AnyMemberChanged_GetsAnotherKeyUnlessItIsListed(Operation operation, string body) => CheckMutations(operation, Encoding.UTF8.GetBytes(body), "");

    [Theory]
    [MemberData(nameof(Conversational))]
    public void GeneratedConversation_WrittenOtherwise_KeepsItsKey(Operation operation, Dialect dialect)
    {
        var random = SeededRandom.From(62);
        var rewriting = new JsonRewriting(random);
        for (var round = 0; round < Rounds * 4; round++)
        {
            var body = Generate(random, dialect);
            var other = rewriting.Rewrite(body);
            var (one, two) = (Of(operation, body), Of(operation, other));
            Assert.True(one.Key == two.Key, $"seed {random.Seed}, round {round}: {Encoding.UTF8.GetString(body)} and {Encoding.UTF8.GetString(other)}");
            Assert.Equal(one.Partition, two.Partition);
            Assert.Equal(one.Turn.Read(body), two.Turn.Read(other));
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Request_WrittenOtherwise_KeepsItsKey(Operation operation, string body)
    {
        var random = SeededRandom.From(63);
        var rewriting = new JsonRewriting(random);
        for (var round = 0; round < Rounds; round++)
            Assert.Equal(Of(operation, body).Key, Of(operation, rewriting.Rewrite(Encoding.UTF8.GetBytes(body))).Key);
    }

    [Fact]
    public void Key_CoversEverythingBesideTheBody()
    {
        var context = new FingerprintContext(Operation.Embeddings, 0, "alias", "tenant", "", "");
        FingerprintContext[] others =
        [
            context, context with { Operation = Operation.Moderations }, context with { Form = 1 }, context with { Alias = "alia" }, context with { Tenant = "tenant2" },
            context with { Alias = "aliast", Tenant = "enant" }, context with { Space = "x" }, context with { Variant = "x" },
        ];
        Assert.Equal(others.Length, others.Select(other => Of(other, """{"input":"a"}"""u8).Key).Distinct().Count());
    }

    [Fact]
    public void TwiceTheSameName_CountsTwiceInItsOrder()
    {
        string[] bodies = ["""{"a":1,"a":2}""", """{"a":2,"a":1}""", """{"a":2}""", """{"a":1}""", """{"a":{"b":1,"b":2}}""", """{"a":{"b":2}}"""];
        Assert.Equal(bodies.Length, bodies.Select(body => Of(Operation.Embeddings, body).Key).Distinct().Count());
    }

    [Theory]
    [InlineData("1", "1.0", "1e0", "10E-1", "0.1e+1", "1.000")]
    [InlineData("0", "-0", "0.0", "0e5", "-0.00E-7")]
    [InlineData("-120", "-1.2e2", "-120.0", "-12E1")]
    [InlineData("9007199254740993", "9007199254740993.0", "900719925474099.3e1")]
    [InlineData("0.1", "1e-1", "0.10")]
    public void Number_InAnyForm_IsTheSame(params string[] forms) =>
        Assert.Single(forms.Select(form => Of(Operation.Embeddings, $$"""{"input":{{form}}}""").Key).Distinct());

    [Fact]
    public void Numbers_ThatDifferBeyondDoubles_AreDifferent()
    {
        string[] numbers =
        [
            "9007199254740992", "9007199254740993", "0.1", "0.10000000000000001", "1", "-1", "10", "100", "0", "1e400", "1e401", "1e-400", "1e1000001", "1e1000002",
            new string('1', 100), new string('1', 101), "\"1\"", "[1]", "null", "true", "false", "\"\"", "[]", "{}", "[[]]", "[{}]", "\"null\"",
        ];
        Assert.Equal(numbers.Length, numbers.Select(number => Of(Operation.Embeddings, $$"""{"input":{{number}}}""").Key).Distinct().Count());
    }

    [Fact]
    public void HalvesOfSurrogatePairs_AreDifferentFromAllElse()
    {
        string[] texts = ["\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\ude00\\ud83d", "\\ud83dx\\ude00", "\\ufffd", "\\ud83d\\ufffd", "\\ud83d\\ud83d\\ude00"];
        Assert.Equal(texts.Length, texts.Select(text => Of(Operation.Embeddings, $$"""{"input":"{{text}}"}""").Key).Distinct().Count());
        Assert.Equal(Of(Operation.Embeddings, """{"input":"😀"}""").Key, Of(Operation.Embeddings, """{"input":"\ud83d\uDE00"}""").Key);
    }

    [Fact]
    public void LongTexts_AreHeldByHash_HoweverTheyAreWritten()
    {
        // Around the length above which a text goes by its hash, plain, with one escape, and all escaped.
        foreach (var length in new[] { 2046, 2047, 2048, 2049, 2050, 5000, 20_000 })
        {
            var text = new string('a', length);
            var plain = Of(Operation.Embeddings, $$"""{"input":"{{text}}"}""");
            Assert.Equal(plain.Key, Of(Operation.Embeddings, $$"""{"input":"{{text[1..]}}\u0061"}""").Key);
            Assert.Equal(plain.Key, Of(Operation.Embeddings, $$"""{"input":"{{string.Concat(Enumerable.Repeat("\\u0061", length))}}"}""").Key);
            Assert.NotEqual(plain.Key, Of(Operation.Embeddings, $$"""{"input":"{{text[1..]}}b"}""").Key);
            Assert.NotEqual(plain.Key, Of(Operation.Embeddings, $$"""{"input":"{{text}}a"}""").Key);
        }
    }

    [Fact]
    public void ObjectsOfManyMembers_AreOrderedLikeSmallOnes()
    {
        var random = SeededRandom.From(64);
        var members = Enumerable.Range(0, 500).Select(i => $"\"name-with-one-beginning-{i}\":{i}").ToArray();
        var key = Of(Operation.Embeddings, $$$"""{"input":{{{{string.Join(',', members)}}}}}""").Key;
        random.Shuffle(members);
        Assert.Equal(key, Of(Operation.Embeddings, $$$"""{"input":{{{{string.Join(',', members)}}}}}""").Key);
    }

    [Fact]
    public void NestingThatIsMadeToBeMoved_HasNoFingerprint()
    {
        var deep = new StringBuilder("[" + string.Join(',', Enumerable.Repeat("1", 50_000)) + "]");
        for (var level = 0; level < 60; level++)
            deep.Insert(0, "{\"b\":").Append(",\"a\":0}");
        Assert.False(RequestFingerprinter.TryCompute(Context(Operation.Embeddings), Encoding.UTF8.GetBytes($"{{\"input\":{deep}}}"), out _));

        // The form that was given up is as good as new.
        Assert.Equal(Of(Operation.Embeddings, """{"a":1,"b":2}""").Key, Of(Operation.Embeddings, """{"b":2,"a":1}""").Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\":1}}")]
    [InlineData("{\"a\":\"\\x\"}")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"messages\":[{\"role\":\"user\",\"content\":\"b\"}]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"")]
    public void WhatIsNoRequest_HasNoFingerprint(string body) =>
        Assert.False(RequestFingerprinter.TryCompute(Context(Operation.ChatCompletions), Encoding.UTF8.GetBytes(body), out _));

    [Fact]
    public void BytesThatAreNoUtf8_HaveNoFingerprint() =>
        Assert.False(RequestFingerprinter.TryCompute(Context(Operation.Embeddings), [.. "{\"input\":\""u8, 0xFF, .. "\"}"u8], out _));

    [Fact]
    public void Computing_AllocatesNothing()
    {
        var body = Encoding.UTF8.GetBytes(Plain[0].Body);
        var context = Context(Operation.ChatCompletions);
        RequestFingerprinter.TryCompute(in context, body, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            RequestFingerprinter.TryCompute(in context, body, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Key_StaysWhatItIs()
    {
        // Nodes of different versions share a cache: a change of the form needs another first byte in it.
        Assert.Equal(KnownKey, Of(Operation.ChatCompletions, Plain[0].Body).Key.ToString());
    }

    private const string KnownKey = "Pe-FbC4X3Wp3KpUdWJ5rv_LPEPMJZ24gQO3wQcjC7V8";

    private static void CheckMutations(Operation operation, byte[] body, string place)
    {
        var key = Of(operation, body).Key;
        var omitted = OmittedMembers.For(operation).ToArray().Select(Encoding.UTF8.GetString).ToHashSet(StringComparer.Ordinal);
        var known = new Dictionary<Digest, string> { [key] = Encoding.UTF8.GetString(body) };
        foreach (var (member, what, mutated) in JsonMutations.Of(body))
        {
            var other = Of(operation, mutated).Key;
            Assert.True((other == key) == omitted.Contains(member), $"{place}: {what}: {Encoding.UTF8.GetString(mutated)}");
            if (other != key && !known.TryAdd(other, Encoding.UTF8.GetString(mutated)))
                Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(known[other]).RootElement, JsonDocument.Parse(mutated).RootElement), $"{place}: {known[other]} and {Encoding.UTF8.GetString(mutated)}");
        }
    }

    private static byte[] Generate(Random random, Dialect dialect) =>
        Codecs.Write(dialect, Conversations.Request(random, dialect, dialect), new Translation { Model = "model-1" });

    private static FingerprintContext Context(Operation operation) => new(operation, 0, "alias", "tenant", "", "");

    private static RequestFingerprint Of(Operation operation, string body) => Of(operation, Encoding.UTF8.GetBytes(body));

    private static RequestFingerprint Of(Operation operation, byte[] body) => Of(Context(operation), body);

    private static RequestFingerprint Of(FingerprintContext context, ReadOnlySpan<byte> body)
    {
        Assert.True(RequestFingerprinter.TryCompute(in context, body, out var fingerprint));
        return fingerprint;
    }
}
