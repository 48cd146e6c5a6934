using System.Text.Unicode;

namespace AiGateway.Protocols.OpenAI;

/// <summary>Reads a JSON request body once: what routing, admission and metering ask about, and where to patch it.</summary>
/// <remarks>
/// One <see cref="Framing.JsonScanner"/> pass, nothing built. Only what the gateway itself depends on is checked; everything else
/// is the provider's to judge, so unknown members and values pass.
/// </remarks>
public static class RequestScanner
{
    /// <summary>Deeper nesting is refused; OpenAI's own limit is not published, JSON schemas in tools stay far below.</summary>
    public const int MaxDepth = 64;

    /// <summary>Scans <paramref name="body"/>; every defect is returned, nothing is thrown.</summary>
    /// <param name="operation">Decides which members are required.</param>
    /// <param name="body">The whole body; ranges in <paramref name="facts"/> point into it.</param>
    /// <param name="facts">What was found; when an error is returned, what was found before it.</param>
    /// <param name="stream">Whether a stream is asked for, where the path says it and not the body.</param>
    /// <param name="isForeign">Whether the body is of a form that is not OpenAI's (Cohere's or Gemini's vectors, Gemini's counting of tokens): its inputs stand in members of its own.</param>
    /// <returns>Null when the body is acceptable.</returns>
    public static RequestScanError? Scan(Operation operation, ReadOnlySpan<byte> body, out RequestFacts facts, bool stream = false, bool isForeign = false)
    {
        facts = new RequestFacts { Stream = stream };
        if (body.IsEmpty)
        {
            // Cancelling or deleting a stored response needs no body.
            return operation == Operation.StoredResponse
                ? null
                : new RequestScanError("The request body is empty; a JSON object is expected.", null, null);
        }
        if (!Utf8.IsValid(body))
            return new RequestScanError("The request body is not valid UTF-8.", null, null);

        return new RequestReading(operation, body, facts, isForeign).Read();
    }
}
