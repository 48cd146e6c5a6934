using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Telemetry;

namespace AiGateway.Accounting;

/// <summary>Writes request records as JSON: the lines of the record sink, and the body of <c>GET /v1/requests/{id}</c>.</summary>
/// <remarks>The members are documented in docs/features/request-records.md, whose example a test compares. What does not apply is left out.</remarks>
internal static class RecordJson
{
    /// <summary>Longest text of a caller's choosing that is written.</summary>
    public const int MaxText = 256;

    private const int MaxMessage = 2048;
    private const int MostLosses = 20;

    /// <summary>How the writer is to be made: records hold names in every script and are never put into a web page unescaped; their structure is fixed here and held by tests.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes one record as one object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="record">The record.</param>
    /// <param name="audience">Who reads it; what is only the operator's is left out unless it is said.</param>
    public static void Write(Utf8JsonWriter writer, RequestRecord record, RecordAudience audience = RecordAudience.Caller)
    {
        var answering = record.Answering;
        writer.WriteStartObject();
        writer.WriteString("id"u8, record.Id);
        WriteText(writer, "client_request_id"u8, record.ClientRequestId);
        WriteText(writer, "purpose"u8, record.OwnCall is { } own ? OwnPurposes.WordOf(own.Purpose) : null);
        WriteText(writer, "caused_by"u8, record.OwnCall?.CausedBy);
        WriteTime(writer, "time"u8, record.At);
        WriteCaller(writer, record);
        WriteText(writer, "operation"u8, record.Operation is { } operation ? TagValues.Of(operation) : null);
        WriteText(writer, "alias"u8, record.Alias);
        WriteText(writer, "requested_model"u8, record.RequestedModel);
        WriteText(writer, "deployment"u8, answering?.Deployment.Id);
        WriteText(writer, "provider"u8, answering?.Deployment.Provider.Id);
        WriteText(writer, "model"u8, record.ResponseModel);
        WriteText(writer, "upstream_model"u8, answering?.UpstreamModel);
        writer.WriteNumber("status"u8, record.Status);
        writer.WriteString("outcome"u8, TagValues.Of(record.Outcome));
        WriteError(writer, record.Rejection);
        WriteText(writer, "finish_reason"u8, record.FinishReason);
        WriteText(writer, "service_tier"u8, record.ServiceTier);
        writer.WriteBoolean("stream"u8, record.Stream);
        if (record.Stream)
        {
            writer.WriteNumber("stream_events"u8, record.StreamEvents);
        }
        if (record.Batch is { } batch)
        {
            writer.WriteStartObject("batch"u8);
            writer.WriteString("id"u8, batch.Id);
            WriteTime(writer, "created"u8, batch.Created);
            writer.WriteNumber("requests"u8, batch.Requests);
            writer.WriteNumber("failed_requests"u8, batch.Failed);
            writer.WriteEndObject();
        }
        WriteSession(writer, record.Session);
        WriteUsage(writer, record.Usage);
        WriteCost(writer, record.Cost, record.Usage?.ReportedCost);
        WriteCache(writer, record.Cache);
        WriteAttempts(writer, record, audience);
        WriteMilliseconds(writer, "ttft_ms"u8, record.TimeToFirstToken);
        WriteMilliseconds(writer, "duration_ms"u8, record.Duration);
        WriteMilliseconds(writer, "queue_ms"u8, record.QueueTime > TimeSpan.Zero ? record.QueueTime : null);
        WriteMilliseconds(writer, "overhead_ms"u8, record.Overhead);
        writer.WriteString("config_version"u8, record.ConfigVersion);
        writer.WriteEndObject();
    }

    private static void WriteCaller(Utf8JsonWriter writer, RequestRecord record)
    {
        var caller = record.Caller;
        writer.WriteString("caller"u8, caller.Id);
        WriteText(writer, "project"u8, caller.Project);
        WriteText(writer, "team"u8, caller.Team);
        WriteText(writer, "organisation"u8, caller.Organisation);
        if (RecordTags.HasAny(record))
        {
            writer.WritePropertyName("tags"u8);
            RecordTags.Write(writer, record);
        }
        WriteText(writer, "user"u8, record.User);
    }

    private static void WriteCache(Utf8JsonWriter writer, CacheFigures? cache)
    {
        writer.WriteString("cache"u8, CacheText.WordOf(cache?.Status ?? CacheStatus.Bypass));
        if (cache is null)
        {
            return;
        }
        WriteText(writer, "cache_bypass"u8, CacheText.WordOf(cache.Bypass));
        if (cache.Saved is { } saved)
        {
            writer.WriteString("cache_saved_usd"u8, UsdText.Format(saved));
        }
        WriteText(writer, "cache_paid_by"u8, cache.PaidBy);
        WriteText(writer, "cache_refresh_of"u8, cache.RefreshOf);
        WriteCount(writer, "cache_shared_by"u8, cache.SharedBy);
        if (cache.Status is CacheStatus.Hit or CacheStatus.Stale or CacheStatus.SemanticHit)
        {
            writer.WriteNumber("cache_age_s"u8, (long)cache.Age.TotalSeconds);
        }
        if (cache.Semantic is not { } semantic)
        {
            return;
        }
        writer.WriteString("cache_semantic"u8, CacheText.WordOf(semantic.Result));
        if (semantic.Similarity is { } similarity)
        {
            writer.WriteNumber("cache_similarity"u8, MathF.Round(similarity, 4));
        }
        if (semantic.Risk is { } risk)
        {
            writer.WriteNumber("cache_risk"u8, Math.Round(risk, 4));
        }
    }

    private static void WriteError(Utf8JsonWriter writer, Rejection? rejection)
    {
        if (rejection is null)
        {
            return;
        }
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, Rejections.LabelOf(rejection.Reason));
        writer.WriteString("message"u8, Bounded(rejection.Message, MaxMessage));
        writer.WriteString("domain"u8, DomainOf(Rejections.TraitsOf(rejection.Reason).Domain));
        writer.WriteEndObject();
    }

    private static void WriteSession(Utf8JsonWriter writer, SessionFigures? session)
    {
        if (session is null)
        {
            return;
        }
        writer.WriteStartObject("session"u8);
        writer.WriteString("end"u8, TagValues.Of(session.End));
        if (session.CloseCode is { } code)
        {
            writer.WriteNumber("close_code"u8, code);
        }
        WriteMilliseconds(writer, "open_ms"u8, session.Open);
        writer.WriteNumber("responses"u8, session.Responses);
        writer.WriteNumber("transcriptions"u8, session.Transcriptions);
        WriteText(writer, "transcription_model"u8, session.TranscriptionModel);
        writer.WriteNumber("caller_messages"u8, session.CallerMessages);
        writer.WriteNumber("provider_messages"u8, session.ProviderMessages);
        writer.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter writer, Usage? usage)
    {
        if (usage is null)
        {
            return;
        }
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("input_tokens"u8, usage.InputTokens);
        writer.WriteNumber("output_tokens"u8, usage.OutputTokens);
        WriteCount(writer, "cached_input_tokens"u8, usage.CachedInputTokens);
        WriteCount(writer, "cache_write_tokens"u8, usage.CacheWriteTokens);
        WriteCount(writer, "cache_write_1h_tokens"u8, usage.CacheWrite1hTokens);
        WriteCount(writer, "cache_write_12h_tokens"u8, usage.CacheWrite12hTokens);
        WriteCount(writer, "audio_input_tokens"u8, usage.AudioInputTokens);
        WriteCount(writer, "image_input_tokens"u8, usage.ImageInputTokens);
        WriteCount(writer, "cached_audio_input_tokens"u8, usage.CachedAudioInputTokens ?? 0);
        WriteCount(writer, "cached_image_input_tokens"u8, usage.CachedImageInputTokens ?? 0);
        WriteCount(writer, "reasoning_tokens"u8, usage.ReasoningTokens);
        WriteCount(writer, "audio_output_tokens"u8, usage.AudioOutputTokens);
        WriteCount(writer, "image_output_tokens"u8, usage.ImageOutputTokens);
        WriteCount(writer, "citation_tokens"u8, usage.CitationTokens);
        WriteCount(writer, "search_units"u8, usage.SearchUnits);
        WriteCount(writer, "web_searches"u8, usage.WebSearches);
        WriteCount(writer, "images"u8, usage.Images);
        WriteCount(writer, "characters"u8, usage.Characters);
        if (usage.AudioSeconds != 0)
        {
            writer.WriteNumber("audio_seconds"u8, usage.AudioSeconds);
        }
        writer.WriteBoolean("estimated"u8, usage.Estimated);
        writer.WriteEndObject();
    }

    private static void WriteCost(Utf8JsonWriter writer, Cost? cost, decimal? reported)
    {
        if (cost is { Total: { } total })
        {
            WriteAmount(writer, "cost_usd"u8, total);
            writer.WriteStartObject("cost"u8);
            WriteAmount(writer, "input"u8, cost.Input);
            WriteAmount(writer, "cached_input"u8, cost.CachedInput);
            WriteAmount(writer, "cache_write"u8, cost.CacheWrite);
            WriteAmount(writer, "output"u8, cost.Output);
            WriteAmount(writer, "other"u8, cost.Other);
            writer.WriteEndObject();
        }
        if ((cost?.Reported ?? reported) is { } said)
        {
            WriteAmount(writer, "cost_reported"u8, said);
        }
        if (cost is { IsEstimated: true })
        {
            writer.WriteBoolean("cost_estimated"u8, true);
        }
        WriteText(writer, "unpriced"u8, cost?.Unpriced);
        if (cost?.PricePeriod is { } period)
        {
            WriteTime(writer, "price_period"u8, period);
        }
        WriteText(writer, "price_set"u8, cost?.PriceSet);
    }

    private static void WriteAttempts(Utf8JsonWriter writer, RequestRecord record, RecordAudience audience)
    {
        writer.WriteStartArray("attempts"u8);
        for (var i = 0; i < record.Attempts.Count; i++)
        {
            var attempt = record.Attempts[i];
            writer.WriteStartObject();
            writer.WriteString("deployment"u8, attempt.Deployment.Id);
            writer.WriteString("provider"u8, attempt.Deployment.Provider.Id);
            WriteText(writer, "model"u8, attempt.UpstreamModel);
            if (audience == RecordAudience.Operator)
            {
                WriteText(writer, "key"u8, attempt.KeyId);
            }
            if (attempt.Calls > 1)
            {
                writer.WriteNumber("calls"u8, attempt.Calls);
            }
            writer.WriteString("outcome"u8, TagValues.Of(attempt.Outcome));
            if (attempt.Status != 0)
            {
                writer.WriteNumber("status"u8, attempt.Status);
            }
            if (attempt.Error is { } error && (audience == RecordAudience.Operator || attempt.Outcome != AttemptOutcome.CredentialRefused))
            {
                writer.WriteString("error"u8, Bounded(error, MaxMessage));
            }
            WriteLosses(writer, attempt);
            WriteMilliseconds(writer, "started_ms"u8, attempt.StartedAfter);
            WriteMilliseconds(writer, "duration_ms"u8, attempt.Duration);
            // What the answer's attempt consumed is the record's own usage and cost, and is not written twice.
            if (!ReferenceEquals(attempt, record.Answering))
            {
                WriteUsage(writer, attempt.Usage);
                WriteCost(writer, attempt.Cost, attempt.Usage?.ReportedCost);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteLosses(Utf8JsonWriter writer, AttemptRecord attempt)
    {
        if (attempt.Losses.Count == 0)
        {
            return;
        }
        writer.WriteStartArray("lost_in_translation"u8);
        for (var i = 0; i < Math.Min(attempt.Losses.Count, MostLosses); i++)
        {
            var loss = attempt.Losses[i];
            writer.WriteStartObject();
            writer.WriteString("member"u8, Bounded(loss.Path, MaxText));
            writer.WriteBoolean("dropped"u8, loss.IsDropped);
            writer.WriteString("why"u8, Bounded(loss.Why, MaxText));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, Bounded(text, MaxText));
        }
    }

    private static void WriteCount(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long count)
    {
        if (count != 0)
        {
            writer.WriteNumber(name, count);
        }
    }

    // As text: most JSON readers would turn a number into a float.
    private static void WriteAmount(Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal amount)
    {
        Span<byte> digits = stackalloc byte[UsdText.MaxLength];
        writer.WriteString(name, digits[..UsdText.Write(amount, digits)]);
    }

    private static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[24];
        time.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        writer.WriteString(name, text[..length]);
    }

    private static void WriteMilliseconds(Utf8JsonWriter writer, ReadOnlySpan<byte> name, TimeSpan? duration)
    {
        if (duration is { } known)
        {
            writer.WriteNumber(name, Math.Round(known.TotalMilliseconds, 3));
        }
    }

    private static string DomainOf(FaultDomain domain) => domain switch
    {
        FaultDomain.None => "none",
        FaultDomain.Caller => "caller",
        FaultDomain.Policy => "policy",
        FaultDomain.Provider => "provider",
        FaultDomain.Gateway => "gateway",
        _ => throw new ArgumentOutOfRangeException(nameof(domain), domain, "A fault domain without a word."),
    };

    /// <summary>The beginning of a text, never cut between the halves of a surrogate pair.</summary>
    public static ReadOnlySpan<char> Bounded(string text, int length) =>
        text.Length <= length ? text : text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length);
}
