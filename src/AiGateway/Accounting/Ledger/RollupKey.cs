using AiGateway.Telemetry;

namespace AiGateway.Accounting.Ledger;

/// <summary>What is summed together within an hour. A missing word is an empty text.</summary>
internal readonly record struct RollupKey(
    string Caller, string Organisation, string Team, string Project, string Alias, string Operation,
    string Deployment, string Provider, string Model, string Status, string Kind, string Labels)
{
    /// <summary>The key of one of a request's calls; of the request itself where no call was made.</summary>
    public static RollupKey Of(LedgerRequest request, LedgerLine? line) => new(
        request.Caller, request.Organisation ?? "", request.Team ?? "", request.Project ?? "", request.Alias ?? "", request.Operation,
        line?.Deployment ?? "", line?.Provider ?? "", line?.Model ?? "", request.Status == 0 ? "" : TagValues.StatusClass(request.Status / 100), line is null ? "" : LedgerWords.Of(line.Kind), request.Labels ?? "");
}
