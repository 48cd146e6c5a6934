using System.Text;
using AiGateway.Caching;
using AiGateway.Protocols;
using AiGateway.TestKit;

namespace AiGateway.Tests.Caching;

/// <summary>What is kept comes back as it was, or not at all: stores are written to by others too.</summary>
public sealed class StoredAnswerTests
{
    [Fact]
    public void WrittenAndRead_IsTheSame()
    {
        var answer = Sample();

        var read = StoredAnswer.TryRead(answer.ToBytes())!;

        Assert.Equal(answer.Body.ToArray(), read.Body.ToArray());
        Assert.Equal(
            (answer.Operation, answer.Tenant, answer.MadeAt, answer.Ttl, answer.PaidBy, answer.Cost, answer.UpstreamModel, answer.ResponseModel, answer.FinishReason, answer.Marks),
            (read.Operation, read.Tenant, read.MadeAt, read.Ttl, read.PaidBy, read.Cost, read.UpstreamModel, read.ResponseModel, read.FinishReason, read.Marks));
    }

    [Fact]
    public void CutAnywhere_IsNoAnswer()
    {
        var bytes = Sample().ToBytes();

        for (var length = 0; length < bytes.Length; length++)
            Assert.Null(StoredAnswer.TryRead(bytes[..length]));
        Assert.Null(StoredAnswer.TryRead([.. bytes, 0]));
    }

    [Fact]
    public void Seeded_DamagedAnywhere_NeverThrows_AndNeverPointsOutside()
    {
        var random = SeededRandom.From(3);
        var bytes = Sample().ToBytes();
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = bytes.ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (StoredAnswer.TryRead(damaged) is { } read)
                Assert.True(read.Marks.Id.End <= read.Body.Length && read.Marks.Created.End <= read.Body.Length, $"seed {random.Seed}");
        }
    }

    [Theory]
    [InlineData("""{"id":"chatcmpl-1","created":17,"x":{"id":2}}""", "\"chatcmpl-1\"", "17")]
    [InlineData("""{"object":"response","created_at":5,"id":"resp_1"}""", "\"resp_1\"", "5")]
    [InlineData("""{"candidates":[{"id":"no"}],"responseId":"r"}""", "\"r\"", null)]
    [InlineData("""{"data":[{"id":"no"}]}""", null, null)]
    [InlineData("""{"id":null,"created":"x"}""", null, null)]
    [InlineData("""[1]""", null, null)]
    public void Marks_AreThoseOfTheAnswerItself(string json, string? id, string? created)
    {
        var body = Encoding.UTF8.GetBytes(json);

        var marks = AnswerMarks.Find(body);

        Assert.Equal(id, marks.Id.Exists ? Encoding.UTF8.GetString(marks.Id.Of(body)) : null);
        Assert.Equal(created, marks.Created.Exists ? Encoding.UTF8.GetString(marks.Created.Of(body)) : null);
    }

    private static StoredAnswer Sample()
    {
        var body = """{"id":"chatcmpl-abc","object":"chat.completion","created":1700000000,"choices":[]}"""u8.ToArray();
        return new StoredAnswer
        {
            Operation = Operation.ChatCompletions,
            Tenant = "project:o/t/p",
            MadeAt = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero),
            Ttl = TimeSpan.FromHours(1),
            PaidBy = "req_1",
            Cost = 0.000123m,
            UpstreamModel = "gpt",
            ResponseModel = "gpt-2026",
            FinishReason = "stop",
            Marks = AnswerMarks.Find(body),
            Body = body,
        };
    }
}
