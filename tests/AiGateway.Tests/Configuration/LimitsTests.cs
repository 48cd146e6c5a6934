using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>Limits and budgets in the file: what is refused, where, and how what is accepted is resolved.</summary>
public sealed class LimitsTests
{
    private const string Head = """
        providers: { simulated: }
        deployments: { sim: { provider: simulated, model: a } }
        aliases: { chat: { groups: [{ deployments: [sim] }] } }
        callers: [{ id: alice, team: red, key_hash: "sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293" }]

        """;

    [Theory]
    [InlineData("limits: [{ requests: 5/second }]", "5:10: Limit 1 needs an 'on': whose use is counted (")]
    [InlineData("limits: [{ on: teem, requests: 5/second }]", "5:16: 'teem' is nothing whose use is counted. Write ")]
    [InlineData("limits: [{ on: 'tag:', requests: 5/second }]", "5:16: 'tag:' is nothing whose use is counted.")]
    [InlineData("limits: [{ on: team }]", "5:10: The limit 'each team' limits nothing.")]
    [InlineData("limits: [{ on: team, requests: 5 }]", "5:32: 'limits[0].requests' must be an amount in a time, such as 600/minute, 100000/day or 2.50/hour (second, minute, hour, day, month): '5' names no time.")]
    [InlineData("limits: [{ on: team, requests: 5/fortnight }]", "the time in '5/fortnight' is none of second, minute, hour, day and month.")]
    [InlineData("limits: [{ on: team, requests: 0/second }]", "the amount in '0/second' is not above 0")]
    [InlineData("limits: [{ on: team, requests: -1/second }]", "the amount in '-1/second' is no number.")]
    [InlineData("limits: [{ on: team, requests: NaN/second }]", "the amount in 'NaN/second' is no number.")]
    [InlineData("limits: [{ on: team, tokens: 99999999999999999999999999999999/second }]", "is no number.")]
    [InlineData("limits: [{ on: team, tokens: 1000000000000001/second }]", "is not above 0 and at most 1,000,000,000,000,000.")]
    [InlineData("limits: [{ on: team, spend: 1000000001/month }]", "The limit 'each team' allows more than 1,000,000,000 USD, which is more than can be counted.")]
    [InlineData("limits: [{ on: team, requests: 1.5/second }]", "The limit 'each team' has a fraction of requests.")]
    [InlineData("limits: [{ on: team, requests: [5/second, 6/second] }]", "The limit 'each team' has two figures for the same time under 'requests'.")]
    [InlineData("limits: [{ on: team, requests: 5/second }, { on: team, tokens: 5/second }]", "5:44: Limit 2 has the name 'each team' of limit 1.")]
    [InlineData("limits: [{ on: gateway, match: x, requests: 5/second }]", "What holds for 'gateway' is for everybody together")]
    [InlineData("limits: [{ on: team, concurrent: 0 }]", "'limits[0].concurrent' must be a whole number from 1 to 1,000,000")]
    [InlineData("budgets: [{ on: team }]", "The budget 'budget of each team' needs an 'amount' above 0, in USD.")]
    [InlineData("budgets: [{ on: team, amount: 0 }]", "needs an 'amount' above 0, in USD.")]
    [InlineData("budgets: [{ on: team, amount: 5, time_zone: Mars/Olympus }]", "5:45: 'Mars/Olympus' is no time zone that this system knows.")]
    [InlineData("budgets: [{ on: team, amount: 5, then_alias: chta }]", "goes on with the alias 'chta', which is not defined. Did you mean 'chat'?")]
    [InlineData("budgets: [{ on: team, amount: 5, per: fortnight }]", "'fortnight'")]
    [InlineData("budgets: [{ amount: 5 }]", "Budget 1 needs an 'on' that says whose money it is")]
    public void WhatMakesNoSense_IsRefusedWithItsPlace(string text, string expected) =>
        Assert.Contains(Loading.Errors(Head + text), error => error.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void SubjectsThatNobodyHas_AreWarnedOf() =>
        Assert.Contains(
            Loading.Text(Head + "limits: [{ on: team, match: rde, requests: 5/second }]").Warnings,
            warning => warning.ToString().Contains("No team is called 'rde', so this limit holds for nobody. Did you mean 'red'?", StringComparison.Ordinal));

    [Fact]
    public void Resolved_AmountsInTheirUnits_DefaultsAndExceptions()
    {
        var limits = Loading.Text(Head + """
            limits:
              - { on: team, requests: [20/second, 600/minute], spend: 2.50/hour }
              - { on: team, match: red, tokens: 1_000/day }
            budgets:
              - { on: "tag:cost-centre", amount: "0.000000001", time_zone: Europe/Berlin, warn_at: [95%, 80%] }
            """).Snapshot!.Limits.All;

        Assert.Equal(["each team", "team red", "budget of each tag:cost-centre"], limits.Select(limit => limit.Id));
        Assert.Equal([20, 600, 2_500_000_000], limits[0].Rates.Select(rate => rate.Amount));
        Assert.False(limits[0].Covers("red"));
        Assert.True(limits[0].Covers("blue"));
        Assert.True(limits[1].Covers("red"));
        Assert.False(limits[0].WorstCase);
        var budget = limits[2];
        Assert.True(budget.WorstCase);
        Assert.Equal("cost-centre", budget.Tag);
        Assert.Equal(1, Assert.Single(budget.Rates).Amount);
        Assert.Equal(CalendarUnit.Month, budget.Rates[0].Calendar!.Unit);
        Assert.Equal([0.80m, 0.95m], budget.Budget!.WarnAt);
    }
}
