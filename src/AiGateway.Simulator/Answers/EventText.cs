using System.Text.Json;

namespace AiGateway.Simulator.Answers;

/// <summary>Frames server-sent events.</summary>
internal static class EventText
{
    /// <summary>The terminal event of chat completions and completions.</summary>
    public static readonly ReadOnlyMemory<byte> Done = "data: [DONE]\n\n"u8.ToArray();

    /// <summary>Begins an event whose data is JSON; <paramref name="name"/> is empty for one without a name.</summary>
    public static Utf8JsonWriter Start(PooledOutput output, ReadOnlySpan<byte> name = default)
    {
        output.Clear();
        if (!name.IsEmpty)
        {
            output.Raw("event: "u8);
            output.Raw(name);
            output.Raw("\n"u8);
        }
        output.Raw("data: "u8);
        return output.StartJson();
    }

    /// <summary>Ends the event; what is returned is valid until the next one starts.</summary>
    public static ReadOnlyMemory<byte> End(PooledOutput output, Utf8JsonWriter json)
    {
        json.Flush();
        output.Raw("\n\n"u8);
        return output.Written;
    }
}
