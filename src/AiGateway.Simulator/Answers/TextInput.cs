using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AiGateway.Simulator.Answers;

/// <summary>One input of an embeddings, completions or moderations request: a text, or tokens already cut.</summary>
internal readonly record struct TextInput(string Text, int Tokens)
{
    /// <summary>Reads a string, strings, token numbers or arrays of token numbers; null when the value is none of them, or empty.</summary>
    public static List<TextInput>? Of(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return [OfText(value)];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
            return null;
        if (value[0].ValueKind == JsonValueKind.Number)
            return [OfTokens(value)];

        var inputs = new List<TextInput>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String)
                inputs.Add(OfText(item));
            else if (item.ValueKind == JsonValueKind.Array)
                inputs.Add(OfTokens(item));
            else if (item.Text("text"u8) is not null)
                inputs.Add(OfText(item.GetProperty("text"u8)));
            else if (item.ValueKind == JsonValueKind.Object)
                inputs.Add(new TextInput("image", 85));
            else
                return null;
        }
        return inputs;
    }

    private static TextInput OfText(JsonElement text) => new(text.GetString()!, Simulator.Tokens.Of(Simulator.Tokens.BytesOf(text)));

    // Token numbers mean nothing here: their written form stands for the text.
    private static TextInput OfTokens(JsonElement tokens) => new(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(tokens)), tokens.GetArrayLength());
}
