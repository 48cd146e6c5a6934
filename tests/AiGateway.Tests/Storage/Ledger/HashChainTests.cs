using AiGateway.Tests.Accounting.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>Whoever changes the file behind the gateway's back is found out, and the first row that does not fit is named.</summary>
public sealed class HashChainTests
{
    private const string WithoutGuards = """
        DROP TRIGGER requests_are_not_changed; DROP TRIGGER lines_are_not_changed; DROP TRIGGER requests_are_not_removed; DROP TRIGGER lines_are_not_removed; DROP TRIGGER heads_are_not_removed;
        """;

    [Theory]
    [InlineData("UPDATE requests SET cost = '0.1' WHERE number = 5", "Row 5")]
    [InlineData("UPDATE requests SET team = 'somebody else' WHERE number = 5", "Row 5")]
    [InlineData("UPDATE requests SET at = at + 1 WHERE number = 5", "Row 5")]
    [InlineData("UPDATE requests SET hash = zeroblob(32) WHERE number = 5", "Row 5")]
    [InlineData("UPDATE requests SET user_key = NULL WHERE number = 5", "Row 5")]
    [InlineData("UPDATE lines SET cost = '0' WHERE number = 5", "Row 5")]
    [InlineData("UPDATE lines SET input = 1 WHERE number = 5", "Row 5")]
    [InlineData("UPDATE lines SET kind = 'gift' WHERE number = 5", "Row 5")]
    [InlineData("UPDATE requests SET cost = 'much' WHERE number = 5", "Row 5")]
    [InlineData("DELETE FROM lines WHERE number = 5", "Row 5")]
    [InlineData("DELETE FROM requests WHERE number = 4; DELETE FROM lines WHERE number = 4", "Row 5")]
    [InlineData("DELETE FROM requests WHERE number = 10", "belong to no request")]
    [InlineData("DELETE FROM requests WHERE number = 10; DELETE FROM lines WHERE number = 10", "2026-11-21 has 4 rows")]
    [InlineData("INSERT INTO lines SELECT 99, 0, kind, deployment, provider, model, upstream_model, response_model, service_tier, dialect, outcome, status, started_us, duration_us, estimated, input, cached_input, cache_write, output, reasoning, units, cost, cost_input, cost_cached_input, cost_cache_write, cost_output, cost_other, cost_reported, unpriced, price_period, price_set FROM lines WHERE number = 5", "belong to no request")]
    [InlineData("DELETE FROM heads WHERE place = 1", "missing before 2026-11-21")]
    [InlineData("UPDATE heads SET genesis = zeroblob(32) WHERE place = 2", "2026-11-21 does not follow")]
    [InlineData("DELETE FROM heads WHERE place = 2", "a day that the chain does not know")]
    public void Tampering_IsNamed(string tampering, string named)
    {
        using var home = Filled();
        home.Tamper(WithoutGuards + tampering);

        var verdict = home.Audit.Verify(null, null);

        Assert.Contains(named, verdict.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE requests SET cost = '0'")]
    [InlineData("DELETE FROM requests")]
    [InlineData("UPDATE lines SET cost = '0'")]
    [InlineData("DELETE FROM lines")]
    [InlineData("DELETE FROM heads")]
    public void ChangesBySql_AreRefused(string change)
    {
        using var home = Filled();

        Assert.Contains("append-only", Assert.ThrowsAny<Exception>(() => home.Tamper(change)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyTheDaysAskedFor_AreChecked()
    {
        using var home = Filled();
        home.Tamper(WithoutGuards + "UPDATE requests SET cost = '0.1' WHERE number = 5");
        var day = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

        Assert.Null(home.Audit.Verify(day, null).Problem);
        Assert.Equal(5, home.Audit.Verify(day, null).Requests);
        Assert.NotNull(home.Audit.Verify(null, day).Problem);
    }

    /// <summary>Rows 1 to 5 of one day, 6 to 10 of the next.</summary>
    private static LedgerHome Filled()
    {
        var home = new LedgerHome();
        for (var i = 1; i <= 10; i++)
        {
            home.Append(LedgerFixture.Request($"req_{i}", LedgerFixture.At.AddDays(i <= 5 ? -1 : 0), user: "u"));
        }
        return home;
    }
}
