using System.Text.Json;
using AiGateway.Accounting;
using AiGateway.Caching.Semantic;
using AiGateway.Pipeline;

namespace AiGateway.CallerApi;

/// <summary><c>POST /v1/feedback</c> with <c>{"request_id": "req_…", "verdict": "wrong"}</c>: a caller says that an answer it got was wrong. Where it was another question's, that question's answer is not served by meaning again.</summary>
internal sealed class FeedbackEndpoint(RecentRequests recent, SemanticLearner learner)
{
    /// <summary>Its path.</summary>
    public const string Path = "/v1/feedback";

    private const int LongestBody = 4 * 1024;

    /// <summary>Answers with whether it counts: only for answers that were served by meaning, to this key, and once.</summary>
    public async Task PostAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        await using var body = await BodyReader.ReadAsync(context, LongestBody, int.MaxValue);
        if (Read(body.Memory) is not { } requestId)
        {
            exchange.Reject(RejectionReason.MalformedRequest, "Feedback is written {\"request_id\": \"req_…\", \"verdict\": \"wrong\"}; 'wrong' is the only verdict. Ids are in the x-request-id header of each answer.");
            return;
        }
        var counts = await learner.ReportWrongAsync(requestId, exchange.Caller.Id);
        if (!counts && !(recent.TryGet(requestId, exchange.Caller, out var record) && record.Caller.Id == exchange.Caller.Id))
        {
            exchange.Reject(RejectionReason.UnknownRequest, "No recent request of this key has this id. Ids are in the x-request-id header of each answer.");
            return;
        }
        await JsonAnswer.WriteAsync(context, (Id: requestId, Counts: counts), static (json, said) =>
        {
            json.WriteStartObject();
            json.WriteString("request_id"u8, said.Id);
            json.WriteString("verdict"u8, "wrong"u8);
            json.WriteBoolean("counted"u8, said.Counts);
            json.WriteEndObject();
        });
    }

    private static string? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement is { ValueKind: JsonValueKind.Object } said
                && said.TryGetProperty("request_id"u8, out var id) && id.ValueKind == JsonValueKind.String
                && said.TryGetProperty("verdict"u8, out var verdict) && verdict.ValueKind == JsonValueKind.String && verdict.ValueEquals("wrong"u8)
                ? id.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
