using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes a request for <c>POST /v1/responses</c>.</summary>
internal sealed class RequestWriter(ChatRequest request, Translation translation, Utf8JsonWriter json)
{
    /// <summary>OpenAI refuses a smaller bound.</summary>
    private const long LeastOutputTokens = 16;

    private const string ThinkingModel = "the model takes none while it thinks";

    private readonly bool _isOwn = request.Source == Dialect.OpenAIResponses;

    public void Write()
    {
        json.WriteStartObject();
        var model = translation.Model.Length > 0 ? translation.Model : request.Model;
        if (model.Length > 0 || !_isOwn)
            json.WriteString("model"u8, model);
        new InputWriter(request, translation, json).Write();
        if (request.Stream)
            json.WriteBoolean("stream"u8, true);
        WriteSampling();
        WriteFormat();
        WriteReasoning();
        new ToolsWriter(request, translation, json).Write();
        WriteState();
        WriteLogprobs();
        WriteRest();
        json.WriteEndObject();
    }

    private void WriteSampling()
    {
        if (request.MaxOutputTokens is { } most)
        {
            if (!_isOwn && most < LeastOutputTokens)
            {
                translation.Approximate("max_tokens", "Responses takes no bound below 16");
                most = LeastOutputTokens;
            }
            json.WriteNumber("max_output_tokens"u8, most);
        }
        var takesSampling = _isOwn || translation.TakesSampling(request.Reasoning);
        DropIf(!takesSampling && request.Temperature is not (null or 1), "temperature", ThinkingModel);
        DropIf(!takesSampling && request.TopP is not (null or 1), "top_p", ThinkingModel);
        if (request.Temperature is { } temperature && takesSampling)
        {
            if (!_isOwn && temperature is < 0 or > 2)
            {
                translation.Approximate("temperature", "Responses takes 0 to 2");
                temperature = Math.Clamp(temperature, 0, 2);
            }
            json.WriteNumber("temperature"u8, temperature);
        }
        if (request.TopP is { } topP && takesSampling)
            json.WriteNumber("top_p"u8, topP);
        if (_isOwn)
        {
            // Not OpenAI's, but copies of the dialect take them.
            if (request.PresencePenalty is { } presence)
                json.WriteNumber("presence_penalty"u8, presence);
            if (request.FrequencyPenalty is { } frequency)
                json.WriteNumber("frequency_penalty"u8, frequency);
            return;
        }
        DropIf(request.PresencePenalty is not (null or 0), "presence_penalty");
        DropIf(request.FrequencyPenalty is not (null or 0), "frequency_penalty");
        DropIf(request.TopK is not null, "top_k");
        DropIf(request.Seed is not null, "seed");
        DropIf(request.Stop.Count > 0, "stop");
        DropIf(request.Candidates > 1, "n");
        foreach (var modality in request.Modalities ?? [])
            DropIf(!string.Equals(modality, "text", StringComparison.OrdinalIgnoreCase), "modalities");
    }

    private void DropIf(bool isSaid, string path, string why = "Responses has no such parameter")
    {
        if (isSaid)
            translation.Drop(path, why);
    }

    private void WriteFormat()
    {
        var extensions = _isOwn ? request.Extensions : null;
        var own = _isOwn ? request.Own : null;
        if (request.Format is null && request.Verbosity is null && !Nested.Any(extensions, Nested.Text) && !Nested.Any(own, Nested.Text))
            return;
        json.WriteStartObject("text"u8);
        if (request.Format is { } format)
        {
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, format.Kind switch { ChatFormatKind.Json => "json_object"u8, ChatFormatKind.JsonSchema => "json_schema"u8, _ => "text"u8 });
            if (format.Kind == ChatFormatKind.JsonSchema)
            {
                if (format.Name is not null || !_isOwn)
                    json.WriteString("name"u8, format.Name ?? "answer");
                if (format.Description is not null)
                    json.WriteString("description"u8, format.Description);
                if (!format.Schema.IsAbsent)
                {
                    json.WritePropertyName("schema"u8);
                    format.Schema.WriteTo(json);
                }
                else if (!_isOwn)
                {
                    json.WriteStartObject("schema"u8);
                    json.WriteEndObject();
                }
                if (format.Strict is { } strict)
                    json.WriteBoolean("strict"u8, strict);
                Nested.Write(json, own, Nested.Format);
            }
            json.WriteEndObject();
        }
        if (request.Verbosity is not null)
            json.WriteString("verbosity"u8, request.Verbosity);
        Nested.Write(json, own, Nested.Text);
        Nested.Write(json, extensions, Nested.Text);
        json.WriteEndObject();
    }

    private void WriteReasoning()
    {
        if (request.Reasoning is not { } reasoning)
            return;
        var effort = _isOwn ? reasoning.Effort : translation.FitEffort(Effort(reasoning));
        var summary = _isOwn ? reasoning.Summary : Summary(reasoning);
        if (!_isOwn && translation.Supports?.HasFlag(Capabilities.Reasoning) == false)
            return;
        if (effort is null && summary is null && !_isOwn)
            return;
        json.WriteStartObject("reasoning"u8);
        if (effort is not null)
            json.WriteString("effort"u8, effort);
        if (summary is not null)
            json.WriteString("summary"u8, summary);
        if (_isOwn)
        {
            Nested.Write(json, request.Own, Nested.Reasoning);
            Nested.Write(json, request.Extensions, Nested.Reasoning);
        }
        json.WriteEndObject();
    }

    private string? Effort(ChatReasoning reasoning)
    {
        if (reasoning.Enabled == false)
            return "none";
        if (reasoning.Effort is not null)
            return reasoning.Effort;
        if (reasoning.BudgetTokens is not { } budget)
            return null;
        if (budget == 0)
            return "none";
        if (budget < 0)
            return null;
        translation.Approximate("reasoning.budget", "Responses takes an effort, not a number of tokens");
        return budget switch { <= 2048 => "low", <= 12288 => "medium", _ => "high" };
    }

    private static string? Summary(ChatReasoning reasoning) => reasoning.Summary switch
    {
        "auto" or "concise" or "detailed" => reasoning.Summary,
        "omitted" or "none" => null,
        not null => "auto",
        null => reasoning.Enabled == true ? "auto" : null,
    };

    private void WriteState()
    {
        if (request.Store is { } store)
            json.WriteBoolean("store"u8, store);
        else if (!_isOwn)
        {
            // Responses keeps answers unless told otherwise; the other dialects' callers did not ask for it.
            json.WriteBoolean("store"u8, false);
        }
        if (request.PreviousResponseId is not null)
            json.WriteString("previous_response_id"u8, request.PreviousResponseId);
        if (request.User is not null)
            json.WriteString("user"u8, request.User);
        if (request.ServiceTier is not null && (_isOwn || request.ServiceTier is "auto" or "default" or "flex" or "scale" or "priority"))
            json.WriteString("service_tier"u8, request.ServiceTier);
        else if (request.ServiceTier == "standard_only")
            json.WriteString("service_tier"u8, "default"u8);
        else if (request.ServiceTier is not null)
            translation.Drop("service_tier", "unknown to OpenAI");
        if (request.Metadata.IsAbsent)
            return;
        if (_isOwn || IsTextMap(request.Metadata))
        {
            json.WritePropertyName("metadata"u8);
            request.Metadata.WriteTo(json);
        }
        else
        {
            translation.Drop("metadata", "Responses takes an object of strings");
        }
    }

    private static bool IsTextMap(JsonValue metadata)
    {
        using var document = metadata.Open();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return false;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.String)
                return false;
        }
        return true;
    }

    private void WriteLogprobs()
    {
        if (!_isOwn && !translation.TakesSampling(request.Reasoning))
        {
            DropIf(request.Logprobs == true || request.TopLogprobs > 0, "logprobs", ThinkingModel);
            return;
        }
        if (request.TopLogprobs is { } top)
            json.WriteNumber("top_logprobs"u8, top);
        if (_isOwn || request.Logprobs != true)
            return;
        json.WriteStartArray("include"u8);
        json.WriteStringValue("message.output_text.logprobs"u8);
        json.WriteEndArray();
    }

    private void WriteRest()
    {
        if (_isOwn)
        {
            WriteTopLevel(request.Own);
            WriteTopLevel(request.Extensions);
            return;
        }
        foreach (var (name, value) in request.Extensions?.All ?? [])
        {
            // What OpenAI's two dialects have in common.
            if (request.Source == Dialect.OpenAIChat && name is "prompt_cache_key" or "prompt_cache_retention" or "prompt_cache_options" or "safety_identifier")
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
            else
            {
                translation.Drop(name, "unknown to Responses");
            }
        }
    }

    private void WriteTopLevel(JsonMembers? members)
    {
        foreach (var (name, value) in members?.All ?? [])
        {
            if (!Nested.IsTopLevel(name))
                continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }
}
