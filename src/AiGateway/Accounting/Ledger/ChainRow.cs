namespace AiGateway.Accounting.Ledger;

/// <summary>A request as its row holds it: what the chain is made over. The keys stand in place of personal data, so that these can be erased.</summary>
/// <param name="Request">The request and its lines.</param>
/// <param name="UserKey">Key of the user; null without one.</param>
/// <param name="TagsKey">Key of the tags; null without any.</param>
/// <param name="Deployment">Where the answer came from, as the row says.</param>
/// <param name="Provider">Its provider.</param>
/// <param name="Model">Its model.</param>
/// <param name="Cost">The sum, as the row says.</param>
/// <param name="Unpriced">Calls without a price, as the row says.</param>
/// <param name="IsEstimated">Whether figures are estimated, as the row says.</param>
internal readonly record struct ChainRow(
    LedgerRequest Request, byte[]? UserKey, byte[]? TagsKey, string? Deployment, string? Provider, string? Model, decimal Cost, long Unpriced, bool IsEstimated)
{
    /// <summary>The row that a request is to get.</summary>
    public static ChainRow For(LedgerRequest request, byte[]? userKey, byte[]? tagsKey)
    {
        var answer = request.Answer;
        return new(request, userKey, tagsKey, answer?.Deployment, answer?.Provider, answer?.Model, request.Cost, request.Unpriced, request.IsEstimated);
    }
}
