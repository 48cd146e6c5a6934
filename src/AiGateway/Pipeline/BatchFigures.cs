namespace AiGateway.Pipeline;

/// <summary>What a batch's record says of it beside usage and cost.</summary>
/// <param name="Id">The id that callers know.</param>
/// <param name="Name">Its name among the nodes (<see cref="StoredObject.BatchName"/>).</param>
/// <param name="Created">When it was made.</param>
/// <param name="Requests">Requests that were answered, and so are billed.</param>
/// <param name="Failed">Requests that failed, expired or were cancelled: they cost nothing.</param>
internal sealed record BatchFigures(string Id, string Name, DateTimeOffset Created, long Requests, long Failed);
