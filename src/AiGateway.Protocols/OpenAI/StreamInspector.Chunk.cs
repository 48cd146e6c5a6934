using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>Chunks of chat and legacy completions: objects with <c>choices</c>.</summary>
public sealed partial class StreamInspector
{
    private StreamEventKind InspectChunk(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        var hasError = false;
        var hasContent = false;
        var hasUsage = false;
        var isEmpty = true;
        var choices = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            var name = reader.ValueSpan;
            var nameStart = (int)reader.TokenStartIndex;
            reader.Read();
            switch (name.Length)
            {
                case 7 when name.SequenceEqual("choices"u8):
                    choices = ReadChoices(ref reader, ref hasContent, ref hasError);
                    break;
                case 5 when name.SequenceEqual("usage"u8):
                    hasUsage |= ReadChunkUsage(ref reader, data, nameStart);
                    break;
                case 5 when name.SequenceEqual("model"u8):
                    JsonText.Update(ref reader, ref _model);
                    reader.Skip();
                    break;
                case 12 when name.SequenceEqual("service_tier"u8):
                    JsonText.Update(ref reader, ref _serviceTier);
                    reader.Skip();
                    break;
                case 5 when name.SequenceEqual("error"u8):
                    hasError |= IsError(ref reader);
                    break;
                case 6 when name.SequenceEqual("object"u8):
                case 4 when name.SequenceEqual("type"u8):
                    hasError |= reader.TokenType == JsonTokenType.String && JsonText.Is(ref reader, "error"u8);
                    reader.Skip();
                    break;
                case 6 when name.SequenceEqual("x_groq"u8):
                    ReadGroq(ref reader, isUsageKnown: hasUsage);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (hasError)
            return Fail(data);
        if (hasContent)
            return StreamEventKind.Content;
        if (choices <= 0 && hasUsage)
            return StreamEventKind.UsageOnly;
        return choices >= 0 || isEmpty ? StreamEventKind.Preamble : StreamEventKind.Content;
    }

    private int ReadChoices(ref Utf8JsonReader reader, ref bool hasContent, ref bool hasError)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }
        var choices = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            choices++;
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadChoice(ref reader, ref hasContent, ref hasError);
            else
                reader.Skip();
        }
        return choices;
    }

    private void ReadChoice(ref Utf8JsonReader reader, ref bool hasContent, ref bool hasError)
    {
        var index = 0;
        var reason = ByteRange.None;
        ReadOnlySpan<byte> reasonText = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            switch (name.Length)
            {
                case 5 when name.SequenceEqual("delta"u8):
                case 7 when name.SequenceEqual("message"u8):
                    hasContent |= _text.ReadMessage(ref reader);
                    break;
                case 4 when name.SequenceEqual("text"u8) && _operation == Operation.Completions:
                    hasContent |= _text.CountAll(ref reader);
                    break;
                case 5 when name.SequenceEqual("index"u8):
                    if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out index))
                        index = 0;
                    reader.Skip();
                    break;
                case 13 when name.SequenceEqual("finish_reason"u8):
                    if (reader.TokenType == JsonTokenType.String)
                    {
                        reason = JsonText.ScalarRange(ref reader, _dataStart);
                        reasonText = JsonText.Name(ref reader);
                    }
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var bit = UInt128.One << Math.Clamp(index, 0, 127);
        _choices |= bit;
        if (!reason.Exists)
            return;
        if (!FinishReasons.IsKnown(reasonText))
            AddEdit(reason, FinishReasons.Map(reasonText));
        if (reasonText.IsEmpty)
            return;

        hasContent = true;
        if ((_finishedChoices & bit) == UInt128.Zero)
            _text.End();
        FinishReasonSeen = true;
        if (index == 0 && FinishReason is null)
            FinishReason = FinishReasons.ToText(reasonText);
        if (FinishReasons.IsError(reasonText))
            hasError = true;
        else
            _finishedChoices |= bit;
    }

    private bool ReadChunkUsage(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int nameStart)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            UsageMember = WithComma(data, nameStart, (int)reader.BytesConsumed, _dataStart);
            return false;
        }
        if (UsageReader.Read(ref reader, _rules) is not { } usage)
            return false;
        Usage = usage;
        UsageClose = new ByteRange(_dataStart + (int)reader.TokenStartIndex, 1);
        return true;
    }

    /// <summary>Groq puts usage into <c>x_groq.usage</c>, lately beside the ordinary one.</summary>
    private void ReadGroq(ref Utf8JsonReader reader, bool isUsageKnown)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = reader.ValueSpan.SequenceEqual("usage"u8);
            reader.Read();
            if (isUsage && !isUsageKnown)
                Usage = UsageReader.Read(ref reader, _rules) ?? Usage;
            else
                reader.Skip();
        }
    }

    /// <summary>True for an <c>error</c> member that says something: <c>null</c>, <c>""</c>, <c>{}</c> and <c>false</c> do not.</summary>
    internal static bool IsError(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.Number || JsonText.SkipIsFilled(ref reader);

    /// <summary>A member with the comma before it, or, for the first member, the comma after it.</summary>
    internal static ByteRange WithComma(ReadOnlySpan<byte> json, int start, int end, int offset)
    {
        var before = json[..start].TrimEnd(" \t\r\n"u8).Length - 1;
        if (before >= 0 && json[before] == (byte)',')
            return new ByteRange(offset + before, end - before);
        var after = json.Length - json[end..].TrimStart(" \t\r\n"u8).Length;
        if (after < json.Length && json[after] == (byte)',')
            end = after + 1;
        return new ByteRange(offset + start, end - start);
    }
}
