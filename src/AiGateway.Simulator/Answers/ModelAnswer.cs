using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers <c>/v1/models</c>. The list is a suggestion: any name is served.</summary>
internal static class ModelAnswer
{
    // 2024-01-01; a fixed time, because the list does not change.
    private const long Created = 1_704_067_200;

    private static readonly string[] Names =
    [
        "simulated/chat", "simulated/chat-reasoning", "simulated/embedding", "simulated/image", "simulated/moderation",
        "simulated/rerank", "simulated/speech", "simulated/transcription",
    ];

    public static Answer List()
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var name in Names)
            Write(json, name);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return new Answer { Body = body };
    }

    public static Answer One(SimulatedRequest request)
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        Write(json, request.Route.Id!);
        json.Flush();
        return new Answer { Body = body };
    }

    private static void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, Created);
        json.WriteString("owned_by"u8, "simulator"u8);
        json.WriteEndObject();
    }
}
