using System.Text.Json;
using AiGateway.Protocols;

namespace AiGateway.Caching;

/// <summary>Where a whole answer's id and time of creation stand: each caller gets its own.</summary>
/// <param name="Id">The value of the id, quotes included.</param>
/// <param name="Created">The value of the time, in Unix seconds.</param>
internal readonly record struct AnswerMarks(ByteRange Id, ByteRange Created)
{
    /// <summary>An answer with neither.</summary>
    public static readonly AnswerMarks None = new(ByteRange.None, ByteRange.None);

    /// <summary>Finds them.</summary>
    /// <param name="body">A JSON object.</param>
    public static AnswerMarks Find(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        var (id, created) = (ByteRange.None, ByteRange.None);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isId = reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("responseId"u8);
                var isCreated = reader.ValueTextEquals("created"u8) || reader.ValueTextEquals("created_at"u8);
                reader.Read();
                if (isId && reader.TokenType == JsonTokenType.String)
                {
                    id = RangeOf(reader);
                }
                else if (isCreated && reader.TokenType == JsonTokenType.Number)
                {
                    created = RangeOf(reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        catch (JsonException)
        {
            return None;
        }
        return new AnswerMarks(id, created);
    }

    private static ByteRange RangeOf(in Utf8JsonReader reader) => new((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
}
