using System.Text.Json;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Batches;

/// <summary>What a file's or a batch's JSON object says, OpenAI's or Anthropic's; ranges point into it and include the quotes.</summary>
public sealed class ProviderObject
{
    /// <summary>The value of <c>id</c>.</summary>
    public ByteRange Id { get; private set; } = ByteRange.None;

    /// <summary>The value of <c>input_file_id</c>; none when absent or null.</summary>
    public ByteRange InputFile { get; private set; } = ByteRange.None;

    /// <summary>The value of <c>output_file_id</c>; none when absent or null.</summary>
    public ByteRange OutputFile { get; private set; } = ByteRange.None;

    /// <summary>The value of <c>error_file_id</c>; none when absent or null.</summary>
    public ByteRange ErrorFile { get; private set; } = ByteRange.None;

    /// <summary>The value of <c>results_url</c>; none when absent or null.</summary>
    public ByteRange ResultsUrl { get; private set; } = ByteRange.None;

    /// <summary>What a file is for.</summary>
    public string? Purpose { get; private set; }

    /// <summary>The model of a batch, as its provider names it; null when it does not.</summary>
    public string? Model { get; private set; }

    /// <summary>True when nothing of a batch will change any more.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>True when a batch ended before its time: it failed as a whole, expired or was cancelled.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>What a batch consumed as a whole; null when the object does not say.</summary>
    public Usage? Usage { get; private set; }

    /// <summary>Requests that were answered, and that failed, were cancelled or expired.</summary>
    public (long Answered, long Failed) Requests { get; private set; }

    /// <summary>Reads an object.</summary>
    /// <returns>Null when it is none, or has no id.</returns>
    public static ProviderObject? Read(ReadOnlySpan<byte> json, UsageRules rules)
    {
        var found = new ProviderObject();
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                found.ReadMember(ref reader, rules);
            reader.Read();
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            return null;
        }
        return found.Id.Exists ? found : null;
    }

    private void ReadMember(ref Utf8JsonReader reader, UsageRules rules)
    {
        var name = reader.GetString();
        reader.Read();
        switch (name)
        {
            case "usage":
                Usage = UsageReader.Read(ref reader, rules);
                return;
            case "request_counts" when reader.TokenType == JsonTokenType.StartObject:
                ReadCounts(ref reader);
                return;
        }
        if (reader.TokenType == JsonTokenType.String)
            TakeText(name, ref reader);
        reader.Skip();
    }

    private void TakeText(string? name, ref Utf8JsonReader reader)
    {
        var range = new ByteRange((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
        switch (name)
        {
            case "id":
                Id = range;
                break;
            case "input_file_id":
                InputFile = range;
                break;
            case "output_file_id":
                OutputFile = range;
                break;
            case "error_file_id":
                ErrorFile = range;
                break;
            case "results_url":
                ResultsUrl = range;
                break;
            case "purpose":
                Purpose = reader.GetString();
                break;
            case "model":
                Model = reader.GetString();
                break;
            case "status" or "processing_status":
                IsStopped = reader.GetString() is "failed" or "expired" or "cancelled";
                IsEnded = IsStopped || reader.GetString() is "completed" or "ended";
                break;
        }
    }

    private void ReadCounts(ref Utf8JsonReader reader)
    {
        var (answered, failed) = (0L, 0L);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var count) || count < 0)
            {
                reader.Skip();
                continue;
            }
            switch (name)
            {
                case "completed" or "succeeded":
                    answered += count;
                    break;
                case "failed" or "errored" or "canceled" or "expired":
                    failed += count;
                    break;
            }
        }
        Requests = (answered, failed);
    }
}
