using AiGateway.Admin;
using AiGateway.Configuration.Yaml;
using AiGateway.Tests.Configuration;

namespace AiGateway.Tests.Admin;

/// <summary>The file's entries as the Admin API shows them: with every member that the file may give them.</summary>
public sealed class FileEntryJsonTests
{
    // Names stand beside the members, hashes are not shown.
    private static readonly string[] Elsewhere = ["id", "key_hash"];

    [Fact]
    public void EveryMemberOfTheFile_IsShown()
    {
        var config = Loading.Good(Yaml.With("""
            host: { redis: "redis://localhost" }
            webhooks: { finance: { url: "https://hooks.example/x", secret: "0123456789abcdef0123456789abcdef" } }
            callers:
              - { id: a, key_hash: "sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293", project: p, team: t, organisation: o, tags: { a: b }, aliases: ["*"], native: [simulated], priority: batch, expires: 2036-01-01, disabled: true }
            limits:
              - { id: s, on: team, requests: 1/minute, shadow: true }
              - { id: l, on: key, match: a, requests: 1/minute, tokens: 1/minute, input_tokens: 1/minute, output_tokens: 1/minute, spend: 1/day, concurrent: 1, reserve: learned, mode: exact, on_store_failure: deny, queue: { max_wait: 1s, max_waiting: 5 } }
            budgets:
              - { id: b, on: key, match: a, amount: 1, per: month, time_zone: Asia/Kolkata, reserve: learned, warn_at: [50%], notify: [finance], then_alias: chat, shadow: true, mode: leased, on_store_failure: allow }

            """)).Config;

        AssertHas(FileTable.Caller().Keys, FileEntryJson.Of(config.Callers[0]));
        // One in shadow refuses nothing, so that nothing waits for it.
        AssertHas(FileTable.Limit().Keys.Except(["shadow"]), FileEntryJson.Of(config.Limits[1]));
        Assert.True(FileEntryJson.Of(config.Limits[0]).GetProperty("shadow").GetBoolean());
        AssertHas(FileTable.Budget().Keys, FileEntryJson.Of(config.Budgets[0]));
        Assert.Equal(["finance"], FileEntryJson.Of(config.Budgets[0]).GetProperty("notify").EnumerateArray().Select(static id => id.GetString()));
    }

    private static void AssertHas(IEnumerable<string> known, System.Text.Json.JsonElement shown) =>
        Assert.Equal(known.Except(Elsewhere).Order(StringComparer.Ordinal), shown.EnumerateObject().Select(static member => member.Name).Order(StringComparer.Ordinal));
}
