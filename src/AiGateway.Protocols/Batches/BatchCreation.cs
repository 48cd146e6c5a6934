using System.Text.Json;

namespace AiGateway.Protocols.Batches;

/// <summary>Reads the body of OpenAI's <c>POST /v1/batches</c>.</summary>
public static class BatchCreation
{
    /// <summary>Finds the file that holds the requests.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="range">Where its id stands, quotes included.</param>
    /// <param name="id">Its id.</param>
    /// <returns>What is wrong with the body; null when nothing is.</returns>
    public static string? Read(ReadOnlySpan<byte> body, out ByteRange range, out string id)
    {
        (range, id) = (ByteRange.None, "");
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return "The request body must be a JSON object.";
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isFile = reader.ValueTextEquals("input_file_id"u8);
                reader.Read();
                if (isFile && range.Exists)
                    return "'input_file_id' is there twice.";
                if (isFile && reader.TokenType == JsonTokenType.String)
                {
                    range = new ByteRange((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
                    id = reader.GetString()!;
                }
                reader.Skip();
            }
            reader.Read();
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            return "The request body is not valid JSON: " + exception.Message;
        }
        return range.Exists ? null : "Missing required parameter: 'input_file_id'.";
    }
}
