using System.Text;
using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Postgres;

/// <summary>Requests in a form that PostgreSQL can hold. Its texts know no U+0000, which callers can send as a user or a model: it becomes U+FFFD, in the row, its hash and its sums alike.</summary>
internal static class StorableRequest
{
    // The years between which a month has a beginning and an end that .NET and PostgreSQL both know.
    private const int FirstYear = 2;
    private const int LastYear = 9998;

    /// <summary>The request itself; a copy where a value cannot be held.</summary>
    public static LedgerRequest Of(LedgerRequest request)
    {
        if (IsStorable(request) && Array.TrueForAll(request.Lines, IsStorable))
        {
            return request;
        }
        return request with
        {
            At = request.At.Year switch
            {
                < FirstYear => new DateTimeOffset(FirstYear, 1, 1, 0, 0, 0, TimeSpan.Zero),
                > LastYear => new DateTimeOffset(LastYear, 12, 31, 0, 0, 0, TimeSpan.Zero),
                _ => request.At,
            },
            Id = Text(request.Id),
            Caller = Text(request.Caller),
            Organisation = Optional(request.Organisation),
            Team = Optional(request.Team),
            Project = Optional(request.Project),
            User = Optional(request.User),
            Tags = Optional(request.Tags),
            Alias = Optional(request.Alias),
            Operation = Text(request.Operation),
            Outcome = Text(request.Outcome),
            Error = Optional(request.Error),
            ConfigVersion = Text(request.ConfigVersion),
            Lines = Array.ConvertAll(request.Lines, static line => line with
            {
                Deployment = Text(line.Deployment),
                Provider = Text(line.Provider),
                Model = Text(line.Model),
                UpstreamModel = Text(line.UpstreamModel),
                ResponseModel = Optional(line.ResponseModel),
                ServiceTier = Optional(line.ServiceTier),
                Dialect = Text(line.Dialect),
                Outcome = Text(line.Outcome),
                Cost = line.Cost is { } cost ? cost with { Unpriced = Optional(cost.Unpriced), PriceSet = Optional(cost.PriceSet) } : null,
            }),
        };
    }

    /// <summary>A text that PostgreSQL can hold.</summary>
    public static string Text(string text) => IsStorable(text) ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');

    private static string? Optional(string? text) => text is null ? null : Text(text);

    private static bool IsStorable(LedgerRequest request) => request.At.Year is >= FirstYear and <= LastYear
        && IsStorable(request.Id) && IsStorable(request.Caller) && IsStorable(request.Organisation) && IsStorable(request.Team) && IsStorable(request.Project)
        && IsStorable(request.User) && IsStorable(request.Tags) && IsStorable(request.Alias)
        && IsStorable(request.Operation) && IsStorable(request.Outcome) && IsStorable(request.Error) && IsStorable(request.ConfigVersion);

    private static bool IsStorable(LedgerLine line) =>
        IsStorable(line.Deployment) && IsStorable(line.Provider) && IsStorable(line.Model) && IsStorable(line.UpstreamModel)
        && IsStorable(line.ResponseModel) && IsStorable(line.ServiceTier) && IsStorable(line.Dialect) && IsStorable(line.Outcome)
        && IsStorable(line.Cost?.Unpriced) && IsStorable(line.Cost?.PriceSet);

    // What is not ASCII may hold half a surrogate pair: the round trip through UTF-8 shows, and the copy is the same where it does not.
    private static bool IsStorable(string? text) =>
        text is null || (!text.Contains('\0', StringComparison.Ordinal) && (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') || Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text));
}
