using System.Text.Json;
using AiGateway.Simulator.Answers;

namespace AiGateway.Simulator.Batches;

/// <summary>Writes one object, or a list of them.</summary>
internal static class JsonAnswers
{
    public static Answer One(Action<Utf8JsonWriter> write)
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        write(json);
        json.Flush();
        return new Answer { Body = body };
    }

    public static Answer List<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write, bool isAnthropic) => One(json =>
    {
        json.WriteStartObject();
        if (!isAnthropic)
            json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var item in items)
            write(json, item);
        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, false);
        json.WriteEndObject();
    });
}
