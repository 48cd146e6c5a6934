using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Writes the pieces of an assistant's message that requests, answers and streams share.</summary>
internal static class AssistantWriting
{
    /// <summary>A call as an object of <c>tool_calls</c>; one without arguments gets <c>{}</c>, which every client can parse.</summary>
    public static void Call(Utf8JsonWriter json, ToolCallPart call, string id, bool isOwn, bool withSignature)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, call.IsCustom ? "custom"u8 : "function"u8);
        json.WriteStartObject(call.IsCustom ? "custom"u8 : "function"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString(call.IsCustom ? "input"u8 : "arguments"u8, call.Arguments.Length == 0 && !call.IsCustom ? "{}" : call.Arguments);
        json.WriteEndObject();
        if (withSignature && call.Signature is { } signature)
            GoogleSignature(json, signature);
        if (isOwn)
            call.Extensions?.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>Gemini's signature on a call, as its OpenAI endpoint carries it.</summary>
    public static void GoogleSignature(Utf8JsonWriter json, string signature)
    {
        json.WriteStartObject("extra_content"u8);
        json.WriteStartObject("google"u8);
        json.WriteString("thought_signature"u8, signature);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>A function's call under its first name.</summary>
    public static void FunctionCall(Utf8JsonWriter json, ToolCallPart call)
    {
        json.WriteStartObject("function_call"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, call.Arguments.Length == 0 ? "{}" : call.Arguments);
        json.WriteEndObject();
    }

    /// <summary>A citation as an annotation; false when it cannot be one.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="citation">The citation.</param>
    /// <param name="isOwn">Whether its own form is this dialect's.</param>
    /// <param name="shift">Characters of text before the part that it belongs to.</param>
    public static bool Annotation(Utf8JsonWriter json, ChatCitation citation, bool isOwn, int shift)
    {
        if (isOwn)
        {
            // Without its own form it came from a member of the answer, which goes out as such.
            if (!citation.Native.IsAbsent)
                citation.Native.WriteTo(json);
            return true;
        }
        if (citation.Url is null)
            return false;
        json.WriteStartObject();
        json.WriteString("type"u8, "url_citation"u8);
        json.WriteStartObject("url_citation"u8);
        json.WriteNumber("start_index"u8, shift + (citation.Start ?? 0));
        json.WriteNumber("end_index"u8, shift + (citation.End ?? 0));
        json.WriteString("url"u8, citation.Url);
        json.WriteString("title"u8, citation.Title ?? citation.Url);
        json.WriteEndObject();
        json.WriteEndObject();
        return true;
    }

    /// <summary>Mistral's thoughts: a part of the content.</summary>
    public static void MistralThinking(Utf8JsonWriter json, string text, string? signature)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "thinking"u8);
        json.WriteStartArray("thinking"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
        if (signature is not null)
            json.WriteString("signature"u8, signature);
        json.WriteEndObject();
    }

    /// <summary>A picture as OpenRouter's models give it.</summary>
    /// <remarks>Source: https://openrouter.ai/docs/features/multimodal/image-generation.</remarks>
    public static void Image(Utf8JsonWriter json, MediaPart image)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, DataUrl.AddressOf(image) ?? "");
        json.WriteEndObject();
        image.Extensions?.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>Log probabilities of text.</summary>
    public static void Logprobs(Utf8JsonWriter json, IReadOnlyList<TokenLogprob> logprobs, JsonValue refusal = default)
    {
        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("content"u8);
        foreach (var logprob in logprobs)
            Logprob(json, logprob, hasTop: true);
        json.WriteEndArray();
        json.WritePropertyName("refusal"u8);
        if (refusal.IsAbsent)
            json.WriteNullValue();
        else
            refusal.WriteTo(json);
        json.WriteEndObject();
    }

    private static void Logprob(Utf8JsonWriter json, TokenLogprob logprob, bool hasTop)
    {
        json.WriteStartObject();
        json.WriteString("token"u8, logprob.Token);
        json.WriteNumber("logprob"u8, logprob.Logprob);
        if (logprob.Bytes is { } bytes)
        {
            json.WriteStartArray("bytes"u8);
            foreach (var value in bytes)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("bytes"u8);
        }
        if (hasTop)
        {
            json.WriteStartArray("top_logprobs"u8);
            foreach (var likely in logprob.Top)
                Logprob(json, likely, hasTop: false);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
