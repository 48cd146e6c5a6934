using Microsoft.Extensions.Primitives;

namespace AiGateway.Caching;

/// <summary>Status and headers of an answer in flight, as its leader's response has them when the first byte goes out.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">Those headers that say something of the answer, and nothing of the request that asked for it.</param>
internal sealed record FlightHead(int Status, KeyValuePair<string, StringValues>[] Headers)
{
    private static readonly string[] OfTheAnswer = ["Content-Type", "Content-Length", "Cache-Control", "X-Accel-Buffering", "x-gateway-model", "x-gateway-deployment", "x-gateway-provider", "x-gateway-dropped"];

    /// <summary>How many bytes the answer has; null for one that says no length.</summary>
    public long? Length { get; private init; }

    /// <summary>Reads the head off a response that is about to begin.</summary>
    public static FlightHead Of(int status, IHeaderDictionary headers)
    {
        var taken = new List<KeyValuePair<string, StringValues>>(OfTheAnswer.Length);
        foreach (var name in OfTheAnswer)
        {
            if (headers.TryGetValue(name, out var values))
            {
                taken.Add(new(name, values));
            }
        }
        return new FlightHead(status, [.. taken]) { Length = headers.ContentLength };
    }

    /// <summary>Writes the head to another response.</summary>
    public void CopyTo(HttpResponse response)
    {
        response.StatusCode = Status;
        foreach (var (name, values) in Headers)
        {
            response.Headers[name] = values;
        }
    }
}
