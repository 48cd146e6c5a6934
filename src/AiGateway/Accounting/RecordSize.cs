using AiGateway.Pipeline;

namespace AiGateway.Accounting;

/// <summary>What a record holds of memory, roughly: the bound of everything that keeps records.</summary>
internal static class RecordSize
{
    // Object headers and fields of a record with usage and cost, and of an attempt, measured on a 64-bit runtime and rounded up.
    private const int PerRecord = 900;
    private const int PerAttempt = 250;
    private const int PerString = 24;

    /// <summary>Bytes, more than 0. The longest parts are those that callers choose: model name, request id, user and tags.</summary>
    public static long Of(RequestRecord record)
    {
        var size = PerRecord + Of(record.ClientRequestId) + Of(record.RequestedModel) + Of(record.User) + Of(record.ResponseModel) + Of(record.Rejection?.Message);
        foreach (var (name, value) in record.Tags)
        {
            size += Of(name) + Of(value);
        }
        // By index: the enumerator of an interface would be an allocation.
        for (var i = 0; i < record.Attempts.Count; i++)
        {
            size += PerAttempt + Of(record.Attempts[i].UpstreamModel) + Of(record.Attempts[i].Error);
        }
        return size;
    }

    private static long Of(string? text) => text is null ? 0 : PerString + (2L * text.Length);
}
