using AiGateway.Accounting;
using AiGateway.Configuration;
using static AiGateway.Tests.Accounting.RecordFixture;

namespace AiGateway.Tests.Accounting;

public class RecentRequestsTests
{
    [Fact]
    public void Record_IsSeenByItsTenantOnly()
    {
        var recent = new RecentRequests();
        recent.OnSettled(Record("req_1"));

        Assert.True(recent.TryGet("req_1", Caller, out var record));
        Assert.Equal("req_1", record.Id);
        Assert.True(recent.TryGet("req_1", Other(id: "another key of the project"), out _));
        Assert.False(recent.TryGet("req_1", Other(project: "returns"), out _));
        Assert.False(recent.TryGet("req_1", Other(organisation: "umbrella"), out _));
        Assert.False(recent.TryGet("req_1", CallerModel.Anonymous, out _));
        Assert.False(recent.TryGet("req_2", Caller, out _));
        Assert.True(recent.TryGet("req_1", out _));
    }

    [Fact]
    public void OldestRecords_AreForgotten()
    {
        var recent = new RecentRequests(3);
        for (var i = 1; i <= 5; i++)
        {
            recent.OnSettled(Record($"req_{i}"));
        }

        Assert.False(recent.TryGet("req_2", out _));
        Assert.True(recent.TryGet("req_3", out _));
        Assert.True(recent.TryGet("req_5", out _));
    }

    [Fact]
    public async Task ParallelUse_KeepsExactlyTheNewest()
    {
        const int Threads = 8;
        const int Each = 500;
        var recent = new RecentRequests(1_000);
        var template = Enumerable.Range(0, Threads).Select(thread => Enumerable.Range(0, Each).Select(i => Record($"req_{thread}_{i}")).ToArray()).ToArray();

        await Task.WhenAll(template.Select(records => Task.Run(() =>
        {
            foreach (var record in records)
            {
                recent.OnSettled(record);
                // Its own newest may be displaced by others, but nobody else's may be found under its id.
                Assert.True(!recent.TryGet(record.Id, Caller, out var found) || ReferenceEquals(found, record));
            }
        })));

        Assert.Equal(1_000, template.SelectMany(records => records).Count(record => recent.TryGet(record.Id, out _)));
    }

    private static CallerModel Other(string id = "web-shop", string project = "checkout", string organisation = "acme") => new()
    {
        Id = id,
        Project = project,
        Team = "payments",
        Organisation = organisation,
        Tags = [],
        AllowsEverything = true,
        AllowedNames = [],
        AllowedPrefixes = [],
    };
}
