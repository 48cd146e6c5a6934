namespace AiGateway.Accounting.Ledger;

/// <summary>A call that was about to be sent, with what it may consume: becomes a line, marked as estimated, when the request's record never comes.</summary>
/// <param name="Request">The request as known before the call, with this one line.</param>
/// <param name="Line">The call's number within the request, from 0.</param>
/// <param name="Process">Which process sent it: its record can come from no other.</param>
internal sealed record LedgerIntent(LedgerRequest Request, int Line, string Process);
