using AiGateway.Accounting.Ledger;
using AiGateway.Tests.Accounting.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>Whoever changes the file behind the gateway's back is found out, and the first row that does not fit is named.</summary>
public sealed class HashChainTests
{
    private const string WithoutGuards = """
        DROP TRIGGER entries_are_not_changed; DROP TRIGGER entries_are_not_removed; DROP TRIGGER more_lines_are_not_changed; DROP TRIGGER more_lines_are_not_removed;
        DROP TRIGGER request_words_are_not_changed; DROP TRIGGER call_words_are_not_changed; DROP TRIGGER call_words_are_not_removed; DROP TRIGGER heads_are_not_removed;
        DROP TRIGGER links_are_not_changed; DROP TRIGGER links_are_not_removed;
        """;

    [Theory]
    [InlineData("UPDATE entries SET cost = '0.1' WHERE number = 5", "Row 5")]
    [InlineData("UPDATE entries SET cost = NULL WHERE number = 5", "Row 5")]
    [InlineData("UPDATE entries SET at = at + 1 WHERE number = 5", "Row 5")]
    [InlineData("UPDATE links SET hash = zeroblob(32) WHERE number = 5", "Row 5")]
    [InlineData("UPDATE entries SET user_key = NULL WHERE number = 5", "Row 5")]
    [InlineData("UPDATE entries SET input = 1 WHERE number = 5", "Row 5")]
    [InlineData("UPDATE entries SET cost = 'much' WHERE number = 5", "Row 5")]
    [InlineData("UPDATE entries SET call_words = NULL WHERE number = 5", "Row 5")]
    [InlineData("UPDATE entries SET sum_cost = '0.1' WHERE number = 7", "Row 7")]
    [InlineData("UPDATE entries SET request_words = (SELECT words FROM request_words WHERE team = 'others') WHERE number = 5", "Row 5")]
    [InlineData("UPDATE request_words SET team = 'somebody else' WHERE team = 'payments'", "Row 1")]
    [InlineData("UPDATE call_words SET kind = 'gift' WHERE kind = 'answer'", "Row 1")]
    [InlineData("DELETE FROM call_words WHERE kind = 'retry'", "Row 7")]
    [InlineData("UPDATE more_lines SET cost = '0' WHERE number = 7", "Row 7")]
    [InlineData("DELETE FROM more_lines WHERE number = 7", "Row 7")]
    [InlineData("DELETE FROM entries WHERE number = 4", "Row 5")]
    [InlineData("DELETE FROM entries WHERE number = 10", "2026-11-21 has 4 rows")]
    [InlineData("INSERT INTO more_lines SELECT 99, line, call_words, started_us, call_us, input, cached_input, cache_write, output, reasoning, units, cost, cost_input, cost_cached_input, cost_cache_write, cost_output, cost_other, cost_reported FROM more_lines WHERE number = 7", "belong to no request")]
    [InlineData("DELETE FROM links WHERE number = 4", "One of the rows 4 (request req_4) to 5 (request req_5, 2026-11-20")]
    [InlineData("DELETE FROM links WHERE number = 10", "2026-11-21 has 5 rows")]
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
    [InlineData("UPDATE entries SET cost = '0'")]
    [InlineData("DELETE FROM entries")]
    [InlineData("UPDATE more_lines SET cost = '0'")]
    [InlineData("DELETE FROM more_lines")]
    [InlineData("UPDATE links SET hash = zeroblob(32)")]
    [InlineData("DELETE FROM links")]
    [InlineData("UPDATE request_words SET team = 'others'")]
    [InlineData("DELETE FROM request_words")]
    [InlineData("UPDATE call_words SET model = 'other'")]
    [InlineData("DELETE FROM call_words")]
    [InlineData("DELETE FROM heads")]
    public void ChangesBySql_AreRefused(string change)
    {
        using var home = Filled();

        Assert.Contains("append-only", Assert.ThrowsAny<Exception>(() => home.Tamper(change)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowsOfOneBatch_AreNamedByTheirLink()
    {
        using var home = new LedgerHome();
        home.Append([.. Enumerable.Range(1, 200).Select(i => LedgerFixture.Request($"req_{i}", LedgerFixture.At.AddDays(i % 2)))]);
        Assert.Null(home.Audit.Verify(null, null).Problem);
        home.Tamper(WithoutGuards + "UPDATE entries SET input = 1 WHERE number = 150");

        // Each day's rows are every other number: the second link of 64 begins at 130 on the day of the even ones.
        Assert.StartsWith("One of the rows 130 (request req_130) to 200 (request req_200", home.Audit.Verify(null, null).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyTheDaysAskedFor_AreChecked()
    {
        using var home = Filled();
        home.Tamper(WithoutGuards + "UPDATE entries SET cost = '0.1' WHERE number = 5");
        var day = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

        Assert.Null(home.Audit.Verify(day, null).Problem);
        Assert.Equal(5, home.Audit.Verify(day, null).Requests);
        Assert.NotNull(home.Audit.Verify(null, day).Problem);
    }

    /// <summary>Rows 1 to 5 of one day, 6 to 10 of the next; row 7 has two calls, and row 8 is another team's.</summary>
    private static LedgerHome Filled()
    {
        var home = new LedgerHome();
        for (var i = 1; i <= 10; i++)
        {
            var request = LedgerFixture.Request($"req_{i}", LedgerFixture.At.AddDays(i <= 5 ? -1 : 0), team: i == 8 ? "others" : "payments", user: "u");
            home.Append(i == 7 ? LedgerFixture.With(request, LedgerFixture.Line(kind: LedgerCallKind.Retry), LedgerFixture.Line()) : request);
        }
        return home;
    }
}
