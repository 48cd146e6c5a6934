using System.Globalization;
using System.Text.Json;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;

namespace AiGateway.CallerApi;

/// <summary>The models that a caller may use, in Anthropic's and Gemini's shapes, for clients that know no other.</summary>
/// <remarks>docs.claude.com/en/api/models-list and ai.google.dev/api/models: what those say of a model beyond its name is not known of an alias and left out.</remarks>
internal static class NativeModels
{
    /// <summary>The dialect in which a list of models is asked for: Gemini by its path, Anthropic by the header its clients always send.</summary>
    public static Dialect DialectOf(HttpRequest request) =>
        request.Path.StartsWithSegments("/v1beta", StringComparison.OrdinalIgnoreCase) ? Dialect.Gemini
        : request.Headers.ContainsKey("anthropic-version") ? Dialect.Anthropic
        : Dialect.OpenAIChat;

    /// <summary>All of them on one page.</summary>
    public static void WriteList(Utf8JsonWriter json, Exchange exchange, Dialect dialect)
    {
        json.WriteStartObject();
        json.WriteStartArray(dialect == Dialect.Gemini ? "models"u8 : "data"u8);
        string? first = null, last = null;
        foreach (var alias in exchange.Snapshot.Aliases.All)
        {
            if (exchange.Caller.MayUse(alias, alias.Name))
            {
                Write(json, alias.Name, exchange, dialect);
                first ??= alias.Name;
                last = alias.Name;
            }
        }
        json.WriteEndArray();
        if (dialect == Dialect.Anthropic)
        {
            json.WriteString("first_id"u8, first);
            json.WriteString("last_id"u8, last);
            json.WriteBoolean("has_more"u8, false);
        }
        json.WriteEndObject();
    }

    /// <summary>One of them.</summary>
    public static void Write(Utf8JsonWriter json, string name, Exchange exchange, Dialect dialect)
    {
        json.WriteStartObject();
        if (dialect == Dialect.Gemini)
        {
            json.WriteString("name"u8, $"models/{name}");
            json.WriteString("displayName"u8, name);
            json.WriteStartArray("supportedGenerationMethods"u8);
            json.WriteStringValue("generateContent"u8);
            json.WriteStringValue("streamGenerateContent"u8);
            json.WriteStringValue("countTokens"u8);
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("type"u8, "model"u8);
            json.WriteString("id"u8, name);
            json.WriteString("display_name"u8, name);
            json.WriteString("lifecycle"u8, "active"u8);
            json.WriteString("created_at"u8, exchange.Snapshot.LoadedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
        json.WriteEndObject();
    }
}
