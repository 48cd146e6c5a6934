using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Tests.Configuration;

namespace AiGateway.Tests.Pipeline;

/// <summary>Labels as text, bounded values, and what the routing file may say of tags.</summary>
public sealed class TagCheckTests
{
    [Theory]
    [InlineData("chat")]
    [InlineData("a;b=c%3B")]
    [InlineData("名前 🙂")]
    [InlineData("=cmd|' /C calc'!A0")]
    public void Labels_KeepEveryValue(string value)
    {
        var text = new System.Text.StringBuilder();
        LabelText.Append(text, "application", value);
        LabelText.Append(text, "env", "prod");

        Assert.Equal(value, LabelText.ValueOf(text.ToString(), "application"));
        Assert.Equal("prod", LabelText.ValueOf(text.ToString(), "env"));
        Assert.Equal("", LabelText.ValueOf(text.ToString(), "app"));
        Assert.Equal("", LabelText.ValueOf("", "application"));
    }

    [Fact]
    public void ValuesBeyondTheBound_AreSummedTogether()
    {
        var state = new TagState();
        for (var i = 0; i < TagState.MostValues; i++)
        {
            Assert.Equal($"v{i}", state.Bounded($"v{i}"));
        }

        Assert.Equal(TagState.Other, state.Bounded("one more"));
        Assert.Equal("v7", state.Bounded("v7"));
    }

    [Theory]
    [InlineData("prod", true)]
    [InlineData("search-ui", true)]
    [InlineData("search-", true)]
    [InlineData("search", false)]
    [InlineData("PROD", false)]
    [InlineData("", false)]
    [InlineData("search-\n", false)]
    public void Values_AreThoseOfTheList(string value, bool isTaken) =>
        Assert.Equal(isTaken, new TagRule("env", new TagConfig { Values = ["prod", "search-*"] }, new TagState()).Takes(value));

    [Theory]
    [InlineData("tags: { allowed: { \"a b\": {} } }", "no blanks")]
    [InlineData("tags: { allowed: { \"a=b\": {} } }", "no name of a tag")]
    [InlineData("tags: { allowed: { env: { values: [\"*prod\"] } } }", "no value")]
    [InlineData("tags: { others: forbid }", "forbid")]
    [InlineData("tags: { allowed: { a: {report: true}, b: {report: true}, c: {report: true}, d: {report: true}, e: {report: true}, f: {report: true} } }", "More than 5 tags")]
    [InlineData("tags: { allowed: { env: { values: [prod] } } }\ncallers: [ { id: k, key_hash: \"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\", tags: { env: test } } ]", "none of the values")]
    [InlineData("currencies: { rates: { euro: { 2026-10-01: 0.9 } } }", "no currency")]
    [InlineData("currencies: { rates: { USD: { 2026-10-01: 1 } } }", "its rate is 1")]
    [InlineData("currencies: { rates: { EUR: { october: 0.9 } } }", "no day")]
    [InlineData("currencies: { rates: { EUR: { 2026-10-01: 0 } } }", "makes every amount 0")]
    [InlineData("currencies: { rates: { EUR: { 2026-10-01: -1 } } }", "out of range")]
    [InlineData("currencies: { rates: { EUR: { 2026-10-01: 1e3 } } }", "not a decimal number")]
    public void WrongSections_SayWhatAndWhere(string section, string said)
    {
        var errors = Loading.Errors($"providers: {{simulated: }}\ndeployments: {{m: {{provider: simulated}}}}\naliases: {{m: {{groups: [{{deployments: [m]}}]}}}}\n{section}\n");

        Assert.Contains(errors, error => error.Contains(said, StringComparison.Ordinal));
    }
}
