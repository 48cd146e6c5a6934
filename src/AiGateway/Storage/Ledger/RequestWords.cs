using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>The words of a request that come again with others: one row of <c>request_words</c>.</summary>
internal readonly record struct RequestWords(
    string Caller, string? Organisation, string? Team, string? Project, string? Alias, string Operation, int Status, string Outcome, string? Error, bool IsStream, string ConfigVersion, string? Labels) : IWords
{
    /// <summary>The words of a request.</summary>
    public static RequestWords Of(LedgerRequest request) => new(
        request.Caller, request.Organisation, request.Team, request.Project, request.Alias, request.Operation, request.Status, request.Outcome, request.Error, request.IsStream, request.ConfigVersion, request.Labels);

    /// <inheritdoc />
    public void Bind(Statement statement, int first) => statement
        .Bind(first, Caller).Bind(first + 1, Organisation).Bind(first + 2, Team).Bind(first + 3, Project).Bind(first + 4, Alias).Bind(first + 5, Operation)
        .Bind(first + 6, (long)Status).Bind(first + 7, Outcome).Bind(first + 8, Error).Bind(first + 9, IsStream ? 1L : 0L).Bind(first + 10, ConfigVersion).Bind(first + 11, Labels);

    /// <inheritdoc />
    public void Write(PayloadWriter to)
    {
        to.Text(Caller);
        to.Text(Organisation);
        to.Text(Team);
        to.Text(Project);
        to.Text(Alias);
        to.Text(Operation);
        to.Number(Status);
        to.Text(Outcome);
        to.Text(Error);
        to.Number(IsStream ? 1 : 0);
        to.Text(ConfigVersion);
        to.Text(Labels);
    }

    /// <summary>By the words that differ most; equality looks at all.</summary>
    public override int GetHashCode() => HashCode.Combine(Caller, Alias, Operation, Status, Outcome);
}
