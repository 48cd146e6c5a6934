using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Writes <c>generationConfig</c>; nothing when there is nothing to say.</summary>
/// <param name="formatIsInstruction">True when the form of the answer was said in the instructions already.</param>
internal sealed class GeminiConfigWriter(ChatRequest request, Translation translation, Utf8JsonWriter writer, GeminiModel model, bool formatIsInstruction)
{
    private const int MostStops = 5;
    private const int MostCandidates = 8;
    private const int MostLogprobs = 20;
    private readonly bool _isOwn = request.Source == Dialect.Gemini;
    private bool _isOpen;

    public void Write()
    {
        if (request.MaxOutputTokens is { } most)
            Open().WriteNumber("maxOutputTokens", most);
        Number("temperature", "temperature", request.Temperature, 0, 2);
        Number("topP", "top_p", request.TopP, 0, 1);
        if (request.TopK is { } topK)
            Open().WriteNumber("topK", topK);
        Number("frequencyPenalty", "frequency_penalty", request.FrequencyPenalty, -2, 2);
        Number("presencePenalty", "presence_penalty", request.PresencePenalty, -2, 2);
        WriteSeed();
        WriteStops();
        if (request.Candidates is { } candidates && (_isOwn || candidates > 1))
            Open().WriteNumber("candidateCount", _isOwn ? candidates : Bound("n", candidates, MostCandidates));
        if (request.Logprobs is { } logprobs && (_isOwn || logprobs))
            Open().WriteBoolean("responseLogprobs", logprobs);
        if (request.TopLogprobs is { } top && (_isOwn || top > 0))
            Open().WriteNumber("logprobs", _isOwn ? top : Bound("top_logprobs", top, MostLogprobs));
        WriteFormat();
        WriteModalities();
        if (request.Reasoning is { } reasoning)
            WriteThinking(reasoning);
        if (_isOwn && GeminiJson.HasMembers(request.Extensions, "generationConfig."))
            GeminiJson.WriteMembers(Open(), request.Extensions, "generationConfig.");
        if (_isOpen)
            writer.WriteEndObject();
    }

    private Utf8JsonWriter Open()
    {
        if (!_isOpen)
        {
            _isOpen = true;
            writer.WriteStartObject("generationConfig");
        }
        return writer;
    }

    private void Number(string name, string path, double? value, double least, double most)
    {
        if (value is not { } number)
            return;
        if (!_isOwn && (number < least || number > most))
        {
            number = Math.Clamp(number, least, most);
            translation.Approximate(path, string.Create(CultureInfo.InvariantCulture, $"Gemini takes {least} to {most}"));
        }
        Open().WriteNumber(name, number);
    }

    private int Bound(string path, int value, int most)
    {
        if (value <= most)
            return value;
        translation.Approximate(path, string.Create(CultureInfo.InvariantCulture, $"Gemini takes at most {most}"));
        return most;
    }

    private void WriteSeed()
    {
        if (request.Seed is not { } seed)
            return;
        if (seed is < int.MinValue or > int.MaxValue && !_isOwn)
        {
            translation.Approximate("seed", "Gemini's seeds have 32 bits: the lower ones are sent");
            seed = unchecked((int)seed);
        }
        Open().WriteNumber("seed", seed);
    }

    private void WriteStops()
    {
        if (request.Stop.Count == 0)
            return;
        Open().WriteStartArray("stopSequences");
        for (var i = 0; i < request.Stop.Count; i++)
        {
            if (i >= MostStops && !_isOwn)
            {
                translation.Drop("stop", "Gemini takes five stop texts");
                break;
            }
            writer.WriteStringValue(request.Stop[i]);
        }
        writer.WriteEndArray();
    }

    private void WriteFormat()
    {
        if (request.Format is not { } format || formatIsInstruction)
            return;
        var hasOwnType = _isOwn && !(request.Extensions?.Find("generationConfig.responseMimeType") ?? default).IsAbsent;
        if (format.Kind == ChatFormatKind.Text)
        {
            if (_isOwn)
                Open().WriteString("responseMimeType", "text/plain");
            return;
        }
        if (!hasOwnType)
            Open().WriteString("responseMimeType", "application/json");
        if (format.Kind != ChatFormatKind.JsonSchema || format.Schema.IsAbsent)
            return;
        var native = format.NativeSchema;
        var isNative = _isOwn && !native.IsAbsent;
        if (!_isOwn)
        {
            native = GeminiSchemaWriter.Convert(format.Schema, "response_format.json_schema.schema", mayRefuse: model.Thinks, translation);
            isNative = !native.IsAbsent;
        }
        Open().WritePropertyName(isNative ? "responseSchema" : "responseJsonSchema");
        (isNative ? native : format.Schema).WriteTo(writer);
    }

    private void WriteModalities()
    {
        if (request.Modalities is not { } modalities || (!_isOwn && modalities.TrueForAll(static modality => modality is "text")))
            return;
        Open().WriteStartArray("responseModalities");
        foreach (var modality in modalities)
            writer.WriteStringValue(modality.ToUpperInvariant());
        writer.WriteEndArray();
    }

    private void WriteThinking(ChatReasoning reasoning)
    {
        if (!_isOwn && !model.Thinks)
        {
            if (reasoning.Enabled != false && reasoning.Effort is not "none")
                translation.Drop("reasoning", "the model does not think");
            return;
        }
        Open().WriteStartObject("thinkingConfig");
        if (_isOwn)
        {
            if (reasoning.Summary is not null)
                writer.WriteBoolean("includeThoughts", reasoning.Summary is not "omitted");
            if (reasoning.BudgetTokens is { } budget)
                writer.WriteNumber("thinkingBudget", budget);
            if (reasoning.Effort is { } level)
                writer.WriteString("thinkingLevel", level.ToUpperInvariant());
            GeminiJson.WriteMembers(writer, request.Extensions, "generationConfig.thinkingConfig.");
        }
        else
        {
            // Anthropic shows thoughts unless told otherwise; OpenAI shows a summary when asked.
            if (reasoning.Summary is not (null or "omitted") || (reasoning.Summary is null && reasoning.Enabled == true))
                writer.WriteBoolean("includeThoughts", true);
            if (model.IsThirdGeneration)
                WriteLevel(reasoning);
            else
                WriteBudget(reasoning);
        }
        writer.WriteEndObject();
    }

    /// <summary>https://ai.google.dev/gemini-api/docs/thinking#thinking-levels: Pro models know low, high and, from 3.1 on, medium.</summary>
    private void WriteLevel(ChatReasoning reasoning)
    {
        var isOff = reasoning.Enabled == false || reasoning.Effort is "none";
        if (reasoning.Effort is null && !isOff)
        {
            if (reasoning.BudgetTokens is { } tokens)
                writer.WriteNumber("thinkingBudget", tokens);
            return;
        }
        var level = isOff ? "minimal" : reasoning.Effort!;
        var said = level switch
        {
            "minimal" when model.IsPro => "low",
            "medium" when model is { IsPro: true, Version: < 3.1 } => "high",
            "minimal" or "low" or "medium" or "high" => level,
            _ => "high",
        };
        if (isOff || !string.Equals(said, level, StringComparison.Ordinal))
            translation.Approximate("reasoning_effort", $"sent as thinking level '{said}'");
        writer.WriteString("thinkingLevel", said.ToUpperInvariant());
    }

    /// <summary>Efforts as Google's OpenAI-compatible endpoint takes them (https://ai.google.dev/gemini-api/docs/openai#thinking).</summary>
    private void WriteBudget(ChatReasoning reasoning)
    {
        long budget;
        if (reasoning.BudgetTokens is { } tokens && reasoning.Enabled != false)
        {
            budget = tokens;
        }
        else if (reasoning.Enabled == false || reasoning.Effort is "none")
        {
            budget = 0;
        }
        else if (reasoning.Effort is { } effort)
        {
            budget = effort switch
            {
                "minimal" or "low" => 1024,
                "medium" => 8192,
                "high" => 24_576,
                _ => model.MostBudget,
            };
            translation.Approximate("reasoning_effort", string.Create(CultureInfo.InvariantCulture, $"sent as a thinking budget of {budget} tokens"));
        }
        else
        {
            return;
        }
        var bounded = budget switch
        {
            -1 => -1,
            0 when !model.IsPro => 0,
            _ => Math.Clamp(budget, model.LeastBudget, model.MostBudget),
        };
        if (bounded != budget)
            translation.Approximate("reasoning.budget_tokens", string.Create(CultureInfo.InvariantCulture, $"sent as {bounded}: the model takes {model.LeastBudget} to {model.MostBudget}"));
        writer.WriteNumber("thinkingBudget", bounded);
    }
}
