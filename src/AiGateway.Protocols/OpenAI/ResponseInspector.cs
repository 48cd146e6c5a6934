using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>Inspects a whole JSON answer that has been read before any of it is passed on.</summary>
public static class ResponseInspector
{
    /// <summary>Inspects <paramref name="body"/>. Never throws over what is in it.</summary>
    public static ResponseFacts Inspect(Operation operation, ReadOnlySpan<byte> body, UsageRules rules)
    {
        var facts = new ResponseFacts();
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
                new ResponseReading(operation, rules, facts).Read(ref reader, body);
            else
                reader.Skip();

            // Nothing but white space may follow; anything else throws here.
            reader.Read();
            facts.IsJson = true;
            facts.IsObject = body.TrimStart(" \t\r\n"u8)[0] == (byte)'{';
        }
        catch (JsonException)
        {
            // Cut or not JSON: what was found before the break may be of use (usage), but no range is.
            facts.Edits = [];
            facts.ResponseIdValue = ByteRange.None;
            facts.PreviousResponseIdValue = ByteRange.None;
        }
        if (facts.IsObject && facts.Usage is null && facts.HasAnswer)
            facts.EstimatedOutputTokens = EstimateOutput(body, facts.Model);
        return facts;
    }

    /// <summary>Counts the text of the answer in a JSON object of any operation.</summary>
    /// <exception cref="JsonException"><paramref name="body"/> is not valid JSON.</exception>
    internal static int EstimateOutput(ReadOnlySpan<byte> body, string? model)
    {
        var text = new OutputText();
        var reader = new Utf8JsonReader(body);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("choices"u8))
            {
                ReadChoices(ref reader, ref text);
            }
            else if (name.SequenceEqual("output"u8) || (name.SequenceEqual("text"u8) && reader.TokenType == JsonTokenType.String))
            {
                text.CountAll(ref reader);
                text.End();
            }
            else
            {
                reader.Skip();
            }
        }
        return text.Tokens(model);
    }

    private static void ReadChoices(ref Utf8JsonReader reader, ref OutputText text)
    {
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var isMessage = JsonText.Is(ref reader, "message"u8);
            var isText = JsonText.Is(ref reader, "text"u8);
            reader.Read();
            if (isMessage || (isText && reader.TokenType == JsonTokenType.String))
            {
                text.ReadMessage(ref reader);
                text.End();
            }
            else
            {
                reader.Skip();
            }
        }
    }
}
