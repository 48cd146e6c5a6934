using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>What is read off the <c>response</c> object of the Responses API, alone or inside an event. A mutable value.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ResponseObject
{
    private long _webSearches;

    public ByteRange Id = ByteRange.None;
    public ByteRange PreviousId = ByteRange.None;
    public Usage? Usage;
    public string? Status;
    public string? IncompleteReason;
    public bool HasError;

    public ResponseObject()
    {
    }

    /// <summary>Usage, with the web searches that stand beside it in <c>tool_usage</c>.</summary>
    public readonly Usage? UsageWithTools =>
        Usage is { WebSearches: 0 } usage && _webSearches > 0 ? usage with { WebSearches = _webSearches } : Usage;

    /// <summary>Reads the value of member <paramref name="name"/> at <paramref name="reader"/>; false when it is none of these and still to be skipped.</summary>
    public bool TryReadMember(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, int offset, UsageRules rules, ref string? model, ref string? serviceTier)
    {
        switch (name.Length)
        {
            case 2 when name.SequenceEqual("id"u8):
                if (reader.TokenType == JsonTokenType.String)
                    Id = JsonText.ScalarRange(ref reader, offset);
                break;
            case 20 when name.SequenceEqual("previous_response_id"u8):
                if (reader.TokenType == JsonTokenType.String)
                    PreviousId = JsonText.ScalarRange(ref reader, offset);
                break;
            case 5 when name.SequenceEqual("model"u8):
                JsonText.Update(ref reader, ref model);
                break;
            case 12 when name.SequenceEqual("service_tier"u8):
                JsonText.Update(ref reader, ref serviceTier);
                break;
            case 5 when name.SequenceEqual("usage"u8):
                Usage = UsageReader.Read(ref reader, rules) ?? Usage;
                return true;
            case 5 when name.SequenceEqual("error"u8):
                HasError = StreamInspector.IsError(ref reader);
                return true;
            case 6 when name.SequenceEqual("status"u8):
                JsonText.Update(ref reader, ref Status);
                break;
            case 18 when name.SequenceEqual("incomplete_details"u8):
                ReadIncomplete(ref reader);
                return true;
            case 10 when name.SequenceEqual("tool_usage"u8):
                ReadToolUsage(ref reader);
                return true;
            default:
                return false;
        }
        reader.Skip();
        return true;
    }

    private void ReadIncomplete(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && JsonText.Is(ref reader, "reason"u8))
            {
                reader.Read();
                JsonText.Update(ref reader, ref IncompleteReason);
            }
        }
    }

    /// <summary><c>{"web_search":{"num_requests":2}}</c>; image generation's tokens are in it too, in a unit of their own.</summary>
    private void ReadToolUsage(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        var inWebSearch = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.CurrentDepth == depth + 1)
            {
                inWebSearch = JsonText.Is(ref reader, "web_search"u8);
            }
            else if (inWebSearch && JsonText.Is(ref reader, "num_requests"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var searches) && searches is > 0 and < int.MaxValue)
                    _webSearches = searches;
                else
                    reader.Skip();
            }
        }
    }
}
