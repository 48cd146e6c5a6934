using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>Queues and priorities in the file.</summary>
public sealed class QueueConfigTests
{
    private const string Head = """
        providers: { simulated: }
        deployments: { sim: { provider: simulated, model: a } }
        aliases: { chat: { groups: [{ deployments: [sim] }] } }
        callers: [{ id: alice, team: red, priority: interactive, key_hash: "sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293" }]

        """;

    [Theory]
    [InlineData("limits: [{ on: team, requests: 5/second, queue: { max_wait: 11m } }]", "'limits[0].queue.max_wait' must be a duration from 100ms to 10m")]
    [InlineData("limits: [{ on: team, requests: 5/second, queue: { max_waiting: 0 } }]", "'limits[0].queue.max_waiting' must be a whole number from 1 to 10,000")]
    [InlineData("limits: [{ on: deployment, match: sim, requests: 5/second, queue: { max_wait: 1s } }]", "5:60: Nobody waits for the limit 'deployment sim': what a deployment has no room for goes to the next deployment. Put the queue on a limit of the alias (on: alias), or remove it.")]
    [InlineData("limits: [{ on: team, requests: 5/second, shadow: true, queue: {} }]", "The limit 'each team' is in shadow and refuses nothing, so nobody would wait for it.")]
    [InlineData("limits: [{ on: team, requests: 5/second, queue: { max_wiat: 1s } }]", "max_wait")]
    public void WhatMakesNoSense_IsRefusedWithItsPlace(string text, string expected) =>
        Assert.Contains(Loading.Errors(Head + text), error => error.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void UnknownPriority_IsRefused() =>
        Assert.Contains(Loading.Errors(Head.Replace("interactive", "urgent", StringComparison.Ordinal)), error => error.Contains("'callers[0].priority' must be interactive, standard or batch: 'urgent' is not known.", StringComparison.Ordinal));

    [Fact]
    public void Resolved_WithDefaults()
    {
        var snapshot = Loading.Text(Head + """
            limits:
              - { on: team, requests: 5/second, queue: {} }
              - { on: key, requests: 5/second, queue: { max_wait: 2m, max_waiting: 7 } }
              - { on: gateway, requests: 5/second }
            """).Snapshot!;

        Assert.Equal(
            [new QueueModel(TimeSpan.FromSeconds(10), 1_000), new QueueModel(TimeSpan.FromMinutes(2), 7), null], snapshot.Limits.All.Select(limit => limit.Queue));
        Assert.Equal(["each team", "each key"], snapshot.Limits.Queued.Select(limit => limit.Id));
        Assert.Equal(RequestPriority.Interactive, Assert.Single(snapshot.Callers.All).Priority);
    }
}
