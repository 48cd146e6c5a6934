using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Repeats a request's parameters in the response object, with OpenAI's defaults where the caller said nothing: official clients read them all.</summary>
internal readonly struct RequestEcho(ChatRequest request, Utf8JsonWriter json)
{
    private bool IsOwn => request.Source == Dialect.OpenAIResponses;

    public void Write()
    {
        json.WriteBoolean("background"u8, false);
        WriteInstructions();
        WriteNumberOrNull("max_output_tokens"u8, request.MaxOutputTokens);
        WriteExtension("max_tool_calls");
        WriteMetadata();
        json.WriteBoolean("parallel_tool_calls"u8, request.ParallelToolCalls ?? true);
        if ((request.ContinuedId ?? request.PreviousResponseId) is { } previous)
            json.WriteString("previous_response_id"u8, previous);
        else
            json.WriteNull("previous_response_id"u8);
        WriteExtension("prompt_cache_key");
        WriteReasoning();
        WriteExtension("safety_identifier");

        // Whoever speaks another dialect has stored nothing, whatever was asked; the gateway may have.
        json.WriteBoolean("store"u8, request.KeptId is not null);
        json.WriteNumber("temperature"u8, request.Temperature ?? 1);
        WriteText();
        WriteTools();
        json.WriteNumber("top_logprobs"u8, request.TopLogprobs ?? 0);
        json.WriteNumber("top_p"u8, request.TopP ?? 1);
        json.WriteString("truncation"u8, "disabled"u8);
        if (request.User is null)
            json.WriteNull("user"u8);
        else
            json.WriteString("user"u8, request.User);
    }

    private void WriteInstructions()
    {
        if (request.Messages.Count > 0 && request.Messages[0] is { Item.Place: ChatItemPlace.Instructions, Parts: [TextPart text] })
            json.WriteString("instructions"u8, text.Text);
        else
            json.WriteNull("instructions"u8);
    }

    private void WriteMetadata()
    {
        json.WritePropertyName("metadata"u8);
        if (!request.Metadata.IsAbsent && IsOwn)
        {
            request.Metadata.WriteTo(json);
            return;
        }
        json.WriteStartObject();
        json.WriteEndObject();
    }

    private void WriteReasoning()
    {
        json.WriteStartObject("reasoning"u8);
        if (request.Reasoning?.Effort is { } effort)
            json.WriteString("effort"u8, effort);
        else
            json.WriteNull("effort"u8);
        if (request.Reasoning?.Summary is { } summary)
            json.WriteString("summary"u8, summary);
        else
            json.WriteNull("summary"u8);
        json.WriteEndObject();
    }

    private void WriteText()
    {
        json.WriteStartObject("text"u8);
        json.WriteStartObject("format"u8);
        if (request.Format is { Kind: ChatFormatKind.JsonSchema } format)
        {
            json.WriteString("type"u8, "json_schema"u8);
            json.WriteString("name"u8, format.Name ?? "answer");
            if (format.Description is not null)
                json.WriteString("description"u8, format.Description);
            json.WritePropertyName("schema"u8);
            if (format.Schema.IsAbsent)
                json.WriteRawValue("{}"u8, skipInputValidation: true);
            else
                format.Schema.WriteTo(json);
            json.WriteBoolean("strict"u8, format.Strict ?? false);
        }
        else
        {
            json.WriteString("type"u8, request.Format?.Kind == ChatFormatKind.Json ? "json_object"u8 : "text"u8);
        }
        json.WriteEndObject();
        json.WriteString("verbosity"u8, request.Verbosity ?? "medium");
        json.WriteEndObject();
    }

    private void WriteTools()
    {
        var translation = new Translation();
        if (request.ToolChoice is null && (request.Extensions?.Find("tool_choice").IsAbsent ?? true))
            json.WriteString("tool_choice"u8, "auto"u8);
        else if (request.ToolChoice is null)
            WriteExtension("tool_choice");
        new ToolsWriter(request, translation, json).WriteEcho();
    }

    private void WriteNumberOrNull(ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private void WriteExtension(string name)
    {
        json.WritePropertyName(name);
        var value = IsOwn ? request.Extensions?.Find(name) ?? default : default;
        if (value.IsAbsent)
            json.WriteNullValue();
        else
            value.WriteTo(json);
    }
}
