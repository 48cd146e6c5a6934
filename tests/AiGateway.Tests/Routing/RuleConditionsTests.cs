using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Routing;
using AiGateway.Tests.Accounting;
using AiGateway.Tests.Forwarding;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Tests.Routing;

/// <summary>Each condition of a rule, met and not; and that a share is a share, stable and growing.</summary>
public sealed class RuleConditionsTests
{
    private const string Plain = """{"model":"alias","messages":[{"role":"user","content":"Hi"}]}""";
    private const string Rich = """
        {"model":"alias","user":"u1","metadata":{"tier":"gold"},"tools":[{"type":"function","function":{"name":"f"}}],
         "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{}}},
         "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}
        """;

    private static readonly CallerModel Caller = new()
    {
        Id = "key-1",
        Team = "red",
        Project = "p1",
        Tags = [new("cost-centre", "4711")],
        AllowsEverything = true,
        AllowedNames = [],
        AllowedPrefixes = [],
    };

    [Fact]
    public void Headers_MatchByValueOrPresence()
    {
        Assert.True(Holds(new ConditionsConfig { Headers = Map("x-env", "test") }, headers: Map("x-env", "test")));
        Assert.False(Holds(new ConditionsConfig { Headers = Map("x-env", "test") }, headers: Map("x-env", "prod")));
        Assert.True(Holds(new ConditionsConfig { Headers = Map("x-env", "*") }, headers: Map("x-env", "prod")));
        Assert.False(Holds(new ConditionsConfig { Headers = Map("x-env", "*") }));
    }

    [Fact]
    public void Tags_ComeFromRequestCallerAndMetadata()
    {
        Assert.True(Holds(new ConditionsConfig { Tags = Map("cost-centre", "4711") }));
        Assert.False(Holds(new ConditionsConfig { Tags = Map("cost-centre", "1") }));
        Assert.True(Holds(new ConditionsConfig { Tags = Map("tier", "gold") }, Rich));
        Assert.False(Holds(new ConditionsConfig { Tags = Map("tier", "gold") }));
        Assert.True(Holds(new ConditionsConfig { Tags = Map("tier", "*") }, Rich));
    }

    [Fact]
    public void Teams_AreAny()
    {
        Assert.True(Holds(new ConditionsConfig { Teams = ["blue", "red"] }));
        Assert.False(Holds(new ConditionsConfig { Teams = ["blue"] }));
    }

    [Fact]
    public void Sizes_AreInclusiveBounds()
    {
        Assert.True(Holds(new ConditionsConfig { MinBodyBytes = Plain.Length, MaxBodyBytes = Plain.Length }));
        Assert.False(Holds(new ConditionsConfig { MinBodyBytes = Plain.Length + 1 }));
        Assert.False(Holds(new ConditionsConfig { MaxBodyBytes = Plain.Length - 1 }));
        var tokens = Upstream.Request(Plain).Facts.EstimatedInputTokens;
        Assert.True(Holds(new ConditionsConfig { MinInputTokens = tokens, MaxInputTokens = tokens }));
        Assert.False(Holds(new ConditionsConfig { MinInputTokens = tokens + 1 }));
        Assert.False(Holds(new ConditionsConfig { MaxInputTokens = tokens - 1 }));
    }

    [Theory]
    [InlineData(true, Rich)]
    [InlineData(false, Plain)]
    public void Features_MatchBothWays(bool has, string body)
    {
        foreach (var wanted in new[] { true, false })
        {
            Assert.Equal(wanted == has, Holds(new ConditionsConfig { Tools = wanted }, body));
            Assert.Equal(wanted == has, Holds(new ConditionsConfig { Images = wanted }, body));
            Assert.Equal(wanted == has, Holds(new ConditionsConfig { JsonSchema = wanted }, body));
        }
    }

    [Fact]
    public void Percent_IsAStableShareThatOnlyGrows()
    {
        const int Users = 10_000;
        var before = new HashSet<int>();
        foreach (var percent in new[] { 0m, 1m, 12.5m, 50m, 99m, 100m })
        {
            var inside = Enumerable.Range(0, Users).Where(user => IsIn(percent, user, "s")).ToHashSet();
            Assert.Superset(before, inside);
            // Four standard deviations at most: 2 % of ten thousand users at one half.
            Assert.InRange(inside.Count / (decimal)Users * 100, percent - 2, percent + 2);
            Assert.All(inside.Take(50), user => Assert.True(IsIn(percent, user, "s")));
            before = inside;
        }
        // Another seed draws independently.
        var both = Enumerable.Range(0, Users).Count(user => IsIn(50, user, "s") && IsIn(50, user, "other"));
        Assert.InRange(both, 2300, 2700);
    }

    [Fact]
    public void Percent_OfASubjectThatIsNotThere_IsNever()
    {
        Assert.False(Holds(new ConditionsConfig { Percent = new PercentConfig { Of = 100, By = "user" } }));
        Assert.True(Holds(new ConditionsConfig { Percent = new PercentConfig { Of = 100, By = "user" } }, Rich));
        Assert.True(Holds(new ConditionsConfig { Percent = new PercentConfig { Of = 100, By = "team" } }));
        Assert.True(Holds(new ConditionsConfig { Percent = new PercentConfig { Of = 100, By = "project" } }));
        Assert.False(Holds(new ConditionsConfig { Percent = new PercentConfig { Of = 100, By = "header:x-user" } }));
        Assert.True(Holds(new ConditionsConfig { Percent = new PercentConfig { Of = 100, By = "header:x-user" } }, headers: Map("x-user", "u")));
    }

    private static bool IsIn(decimal percent, int user, string seed) =>
        Holds(new ConditionsConfig { Percent = new PercentConfig { Of = percent, By = "header:x-user", Seed = seed } }, headers: Map("x-user", $"user-{user}"));

    private static bool Holds(ConditionsConfig when, string body = Plain, IReadOnlyDictionary<string, string>? headers = null)
    {
        var sent = new HeaderDictionary();
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
            sent[name] = value;
        var rule = new RuleModel { Name = "rule", When = when, Groups = [], PercentSeed = "alias" };
        return RuleConditions.FirstThatFails(rule, new RoutingInput(Caller, sent, Request(body), AccountingFixture.Snapshot(), "any")) is null;
    }

    private static readonly GatewayRequest PlainRequest = Upstream.Request(Plain);

    private static GatewayRequest Request(string body) => body == Plain ? PlainRequest : Upstream.Request(body);

    private static Dictionary<string, string> Map(string name, string value) => new() { [name] = value };
}
