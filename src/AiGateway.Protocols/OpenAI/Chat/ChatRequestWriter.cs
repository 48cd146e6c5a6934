using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Writes a request for OpenAI, or for a copy of its dialect as <see cref="TargetTraits"/> describe it.</summary>
internal sealed class ChatRequestWriter(ChatRequest request, Translation translation, Dialect dialect, Utf8JsonWriter json)
{
    private const int MostStops = 4;
    private readonly bool _isOwn = request.Source == dialect;
    private readonly bool _isMistral = dialect == Dialect.Mistral;
    private readonly bool _takesSampling = request.Source == dialect || translation.TakesSampling(request.Reasoning);

    private TargetTraits Traits => translation.Traits;

    public void Write()
    {
        json.WriteStartObject();
        json.WriteString("model"u8, translation.Model.Length > 0 ? translation.Model : request.Model);
        new MessageWriter(request, translation, dialect, json).WriteAll(SchemaInstruction());
        new ToolWriter(request, translation, dialect, json).Write();
        Format();
        if (request.MaxOutputTokens is { } most)
            json.WriteNumber(Traits.NewMaxTokensName && !_isMistral ? "max_completion_tokens"u8 : "max_tokens"u8, most);
        Sampling();
        Answers();
        Reasoning();
        Rest();
        if (request.Stream)
            json.WriteBoolean("stream"u8, true);
        StreamOptions();
        if (_isOwn)
        {
            foreach (var (name, value) in request.Extensions?.All ?? [])
            {
                if (name.StartsWith("stream_options.", StringComparison.Ordinal))
                    continue;
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }
        else
        {
            translation.DropAll(request.Extensions);
        }
        json.WriteEndObject();
    }

    /// <summary>What the model is told of the schema where the target knows none. In JSON mode OpenAI refuses a conversation in which the word does not occur.</summary>
    private string? SchemaInstruction() => request.Format switch
    {
        { Kind: ChatFormatKind.JsonSchema, Schema.IsAbsent: false } format when !Traits.JsonSchema =>
            "Answer with one JSON object and nothing else. It must obey this JSON schema:\n" + format.Schema,
        { Kind: ChatFormatKind.Json } when !_isOwn && !SpeaksOfJson() => "Answer with one JSON object and nothing else.",
        _ => null,
    };

    private bool SpeaksOfJson()
    {
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is TextPart text && text.Text.Contains("json", StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }
        return false;
    }

    private void Format()
    {
        if (request.Format is not { } format)
            return;
        json.WriteStartObject("response_format"u8);
        if (format.Kind != ChatFormatKind.JsonSchema)
        {
            json.WriteString("type"u8, format.Kind == ChatFormatKind.Json ? "json_object"u8 : "text"u8);
        }
        else if (!Traits.JsonSchema)
        {
            json.WriteString("type"u8, "json_object"u8);
            translation.Approximate("response_format.json_schema", "JSON mode, with the schema as an instruction");
        }
        else
        {
            json.WriteString("type"u8, "json_schema"u8);
            json.WriteStartObject("json_schema"u8);
            if (format.Name is not null || !_isOwn)
                json.WriteString("name"u8, format.Name ?? "answer");
            if (format.Description is not null)
                json.WriteString("description"u8, format.Description);
            if (!format.Schema.IsAbsent)
            {
                json.WritePropertyName("schema"u8);
                format.Schema.WriteTo(json);
            }
            if (format.Strict is { } strict)
                json.WriteBoolean("strict"u8, strict);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void Sampling()
    {
        if (!_takesSampling)
        {
            DropSampling();
            if (request.Seed is { } fixedSeed)
                json.WriteNumber("seed"u8, fixedSeed);
            Stops();
            return;
        }
        if (request.Temperature is { } temperature)
        {
            var highest = _isMistral ? 1.5 : 2;
            var clamped = _isOwn ? temperature : Math.Clamp(temperature, 0, highest);
            if (clamped != temperature)
                translation.Approximate("temperature", $"the target takes 0 to {highest}");
            json.WriteNumber("temperature"u8, clamped);
        }
        if (request.TopP is { } topP)
            json.WriteNumber("top_p"u8, topP);
        if (request.TopK is { } topK)
        {
            if (_isOwn)
                json.WriteNumber("top_k"u8, topK);
            else
                translation.Drop("top_k", "the target's dialect has none");
        }
        if (request.FrequencyPenalty is { } frequency)
            json.WriteNumber("frequency_penalty"u8, frequency);
        if (request.PresencePenalty is { } presence)
            json.WriteNumber("presence_penalty"u8, presence);
        if (request.Seed is { } seed)
            json.WriteNumber(_isMistral ? "random_seed"u8 : "seed"u8, seed);
        Stops();
    }

    private void Stops()
    {
        if (request.Stop.Count == 0)
            return;
        if (!_isOwn && !translation.TakesStop)
        {
            translation.Drop("stop", "the model takes no stop texts");
            return;
        }
        var count = _isOwn ? request.Stop.Count : Math.Min(request.Stop.Count, MostStops);
        if (count < request.Stop.Count)
            translation.Approximate("stop", $"the first {MostStops} stop texts only");
        json.WriteStartArray("stop"u8);
        for (var i = 0; i < count; i++)
            json.WriteStringValue(request.Stop[i]);
        json.WriteEndArray();
    }

    /// <summary>OpenAI refuses everything but the default at models that think.</summary>
    private void DropSampling()
    {
        DropWhen(request.Temperature is not (null or 1), "temperature");
        DropWhen(request.TopP is not (null or 1), "top_p");
        DropWhen(request.TopK is not null, "top_k");
        DropWhen(request.FrequencyPenalty is not (null or 0), "frequency_penalty");
        DropWhen(request.PresencePenalty is not (null or 0), "presence_penalty");
        DropWhen(request.Logprobs == true || request.TopLogprobs > 0, "logprobs");
    }

    private void DropWhen(bool isAsked, string path)
    {
        if (isAsked)
            translation.Drop(path, "the model takes none while it thinks");
    }

    private void Answers()
    {
        if (request.Candidates is { } candidates)
            json.WriteNumber("n"u8, candidates);
        if (!_takesSampling)
            return;
        if (!TakesUnlessMistral("logprobs", request.Logprobs is not null || request.TopLogprobs is not null))
            return;
        if (request.Logprobs is { } logprobs)
            json.WriteBoolean("logprobs"u8, logprobs);
        else if (request.TopLogprobs > 0 && !_isOwn)
            json.WriteBoolean("logprobs"u8, true);
        if (request.TopLogprobs is { } top)
            json.WriteNumber("top_logprobs"u8, top);
    }

    private void Reasoning()
    {
        if (request.Reasoning is not { } reasoning)
            return;
        if (_isOwn && reasoning.Native is not null)
        {
            reasoning.Native.WriteTo(json);
            return;
        }
        var effort = reasoning.Effort ?? EffortOf(reasoning.BudgetTokens);
        if (reasoning.Effort is null && effort is not null)
            translation.Approximate("reasoning.budget_tokens", $"effort {effort}");
        if (effort is "max" && !_isOwn)
        {
            effort = "xhigh";
            translation.Approximate("reasoning.effort", "effort xhigh");
        }
        if (_isMistral && !_isOwn && effort is not (null or "none" or "high"))
        {
            effort = effort == "minimal" ? "none" : "high";
            translation.Approximate("reasoning.effort", $"effort {effort}");
        }
        if (!_isOwn && !_isMistral)
            effort = translation.FitEffort(effort);
        if (effort is not null)
            json.WriteString("reasoning_effort"u8, effort);
        else if (reasoning.Enabled == false)
            translation.Drop("reasoning", "models of the target that cannot think refuse to be told so");
        if (reasoning.Summary is not null)
            translation.Drop("reasoning.summary", "the target's dialect has none");
    }

    /// <summary>Documented in docs/features/translation.md: OpenAI has efforts where others have budgets.</summary>
    private static string? EffortOf(long? budget) => budget switch
    {
        null or < 0 => null,
        0 => "none",
        <= 4096 => "low",
        <= 16384 => "medium",
        _ => "high",
    };

    private void Rest()
    {
        if (request.Verbosity is { } verbosity && TakesUnlessMistral("verbosity", true))
            json.WriteString("verbosity"u8, verbosity);
        Modalities();
        if (request.User is { } user && TakesUnlessMistral("user", true))
            json.WriteString("user"u8, user);
        if (request.ServiceTier is { } tier)
        {
            if (_isOwn || (request.Source == Dialect.OpenAIResponses && !_isMistral))
                json.WriteString("service_tier"u8, tier);
            else
                translation.Drop("service_tier", "tiers are the source's own");
        }
        if (!request.Metadata.IsAbsent)
        {
            // OpenAI takes metadata of stored answers only.
            if (_isOwn || request.Store == true)
            {
                json.WritePropertyName("metadata"u8);
                request.Metadata.WriteTo(json);
            }
            else
            {
                translation.Drop("metadata", "only for stored answers");
            }
        }
        if (request.Store is { } store && (_isOwn || (store && !_isMistral)))
            json.WriteBoolean("store"u8, store);
        if (request.PreviousResponseId is not null)
            translation.Drop("previous_response_id", "the target's dialect keeps no conversation");
    }

    private void Modalities()
    {
        if (request.Modalities is not { } modalities)
            return;
        if (!_isOwn && modalities.Contains("audio"))
        {
            translation.Drop("modalities", "a voice for sound cannot be told in the source's dialect");
            return;
        }
        if (!TakesUnlessMistral("modalities", true))
            return;
        json.WriteStartArray("modalities"u8);
        foreach (var modality in modalities)
            json.WriteStringValue(modality);
        json.WriteEndArray();
    }

    /// <summary>Other dialects report usage always, so a stream that is translated for them asks for it.</summary>
    private void StreamOptions()
    {
        if (!_isOwn && (_isMistral || !request.Stream))
            return;
        var begun = false;
        if (request.IncludeUsage is not null || !_isOwn)
        {
            begun = true;
            json.WriteStartObject("stream_options"u8);
            json.WriteBoolean("include_usage"u8, request.IncludeUsage ?? true);
        }
        if (_isOwn)
        {
            foreach (var (name, value) in request.Extensions?.All ?? [])
            {
                if (!name.StartsWith("stream_options.", StringComparison.Ordinal))
                    continue;
                if (!begun)
                    json.WriteStartObject("stream_options"u8);
                begun = true;
                json.WritePropertyName(name.AsSpan("stream_options.".Length));
                value.WriteTo(json);
            }
        }
        if (begun)
            json.WriteEndObject();
    }

    private bool TakesUnlessMistral(string member, bool isThere)
    {
        if (!isThere || !_isMistral || _isOwn)
            return isThere;
        translation.Drop(member, "Mistral has none");
        return false;
    }
}
