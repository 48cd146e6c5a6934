using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Pipeline;

/// <summary>Takes in, and forgets, what a client still sends after its request was refused.</summary>
/// <remarks>
/// Many clients, the official .NET client among them, read the answer only when they have sent everything: a connection closed
/// under their hands is all they would see, and no 413. Bounded in bytes and in time, as nginx's lingering close is.
/// </remarks>
internal static class UnreadBody
{
    // Kestrel takes in as much by itself, up to its own limit of a body.
    private const long TakenInAnyway = 1024 * 1024;
    private const long Largest = 128 * 1024 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Ends the answer, then reads the rest of the body where nobody has begun to.</summary>
    public static async Task DiscardAsync(HttpContext context, TimeProvider clock)
    {
        var request = context.Request;
        // Who sends Expect: 100-continue waits for the answer and sends nothing more.
        if (request.ContentLength is not (> TakenInAnyway and <= Largest) || request.Headers.Expect.Count > 0
            || context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } maximum)
        {
            return;
        }
        maximum.MaxRequestBodySize = Largest;
        await context.Response.CompleteAsync();
        using var limit = new CancellationTokenSource(Longest, clock);
        try
        {
            while (true)
            {
                var part = await request.BodyReader.ReadAsync(limit.Token);
                request.BodyReader.AdvanceTo(part.Buffer.End);
                if (part.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client left, or the time is over: the connection closes.
        }
    }
}
