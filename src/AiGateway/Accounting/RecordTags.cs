using System.Text.Json;
using AiGateway.Pipeline;

namespace AiGateway.Accounting;

/// <summary>The tags of a record: the key's, then the request's.</summary>
/// <remarks>The operator's tags stand: a request cannot book itself on another cost centre.</remarks>
internal static class RecordTags
{
    /// <summary>Whether there are any.</summary>
    public static bool HasAny(RequestRecord record) => record.Caller.Tags.Length + record.Tags.Length > 0;

    /// <summary>Writes them as one object; of tags of the same name the first.</summary>
    public static void Write(Utf8JsonWriter writer, RequestRecord record)
    {
        var own = record.Caller.Tags;
        writer.WriteStartObject();
        for (var i = 0; i < own.Length; i++)
        {
            WriteTag(writer, own, i);
        }
        for (var i = 0; i < record.Tags.Length; i++)
        {
            if (!Contains(own, own.Length, record.Tags[i].Key))
            {
                WriteTag(writer, record.Tags, i);
            }
        }
        writer.WriteEndObject();
    }

    private static void WriteTag(Utf8JsonWriter writer, KeyValuePair<string, string>[] tags, int index)
    {
        var (name, value) = tags[index];
        if (!Contains(tags, index, name))
        {
            writer.WriteString(RecordJson.Bounded(name, RecordJson.MaxText), RecordJson.Bounded(value, RecordJson.MaxText));
        }
    }

    private static bool Contains(KeyValuePair<string, string>[] tags, int count, string name)
    {
        for (var i = 0; i < count; i++)
        {
            if (string.Equals(tags[i].Key, name, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }
}
