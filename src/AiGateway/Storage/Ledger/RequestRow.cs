using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>The columns of a request, in the order in which they are selected from <c>requests</c>, alone or joined.</summary>
internal static class RequestRow
{
    /// <summary>The columns' names.</summary>
    public const string Columns = """
        requests.number, requests.id, requests.at, requests.caller, requests.organisation, requests.team, requests.project, requests.user_key, requests.tags_key,
        requests.alias, requests.operation, requests.deployment, requests.provider, requests.model, requests.status, requests.outcome, requests.error,
        requests.stream, requests.estimated, requests.cost, requests.saved, requests.unpriced, requests.duration_us, requests.upstream_us,
        requests.first_token_us, requests.config_version, requests.hash
        """;

    /// <summary>How many there are.</summary>
    public const int Count = 27;

    /// <summary>The column of the row's hash.</summary>
    public const int Hash = Count - 1;

    /// <summary>Reads the columns, which are the first.</summary>
    /// <param name="row">The row.</param>
    /// <param name="lines">The request's lines.</param>
    /// <exception cref="InvalidDataException">A value is none of its column's.</exception>
    public static ChainRow Read(ILedgerRow row, LedgerLine[] lines)
    {
        var request = new LedgerRequest
        {
            Id = row.Text(1),
            At = DateTimeOffset.FromUnixTimeMilliseconds(row.Number(2)),
            Caller = row.Text(3),
            Organisation = row.OptionalText(4),
            Team = row.OptionalText(5),
            Project = row.OptionalText(6),
            Alias = row.OptionalText(9),
            Operation = row.Text(10),
            Status = (int)row.Number(14),
            Outcome = row.Text(15),
            Error = row.OptionalText(16),
            IsStream = row.Number(17) != 0,
            Saved = row.OptionalAmount(20) ?? 0,
            DurationMicroseconds = row.Number(22),
            UpstreamMicroseconds = row.Number(23),
            FirstTokenMicroseconds = row.OptionalNumber(24),
            ConfigVersion = row.Text(25),
            Lines = lines,
        };
        return new ChainRow(
            request, Key(row, 7), Key(row, 8), row.OptionalText(11), row.OptionalText(12), row.OptionalText(13),
            row.OptionalAmount(19) ?? 0, row.Number(21), row.Number(18) != 0);
    }

    private static byte[]? Key(ILedgerRow row, int column) => row.IsNull(column) ? null : row.Bytes(column).ToArray();
}
