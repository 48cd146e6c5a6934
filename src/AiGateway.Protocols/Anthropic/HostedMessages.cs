using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using JsonText = AiGateway.Protocols.Chat.JsonText;

namespace AiGateway.Protocols.Anthropic;

/// <summary>A Messages body for the clouds that serve Claude: what Anthropic has in the path and in headers moves, everything else stays byte for byte.</summary>
/// <remarks>
/// Bedrock has the model and the stream in the path, the version and the betas in the body; Vertex AI has the model in the path
/// and the version in the body. Sources:
/// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html,
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html,
/// https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude and …/count-tokens.
/// </remarks>
public static class HostedMessages
{
    // Bedrock answers 400 "invalid beta flag" to the whole request for these: features of Anthropic's own service, and marks
    // of its own clients. Others go on: what a model of Bedrock takes differs by model and grows.
    private static readonly string[] UnknownToBedrock =
    [
        "advisor-tool-", "claude-code-", "code-execution-", "fast-mode-", "files-api-", "mcp-client-", "mcp-servers-", "oauth-",
        "prompt-caching-scope-", "redact-thinking-", "skills-", "token-efficient-tools-2026-", "web-fetch-",
    ];

    /// <summary>The edits that a body gets, in order. A body that was made ready already gets the same once more.</summary>
    /// <param name="body">A JSON object.</param>
    /// <param name="host">Where it goes; for <see cref="MessagesHost.Anthropic"/> there is nothing to edit.</param>
    /// <param name="betas">The names in the header <c>anthropic-beta</c>, comma-separated; null for none. Only Bedrock has them in the body.</param>
    /// <param name="model">The model as a JSON string, where the body keeps one (Vertex AI's count of tokens); empty to take it out.</param>
    /// <param name="translation">Takes what is left out.</param>
    /// <exception cref="ChatFormatException">The body is no JSON object.</exception>
    public static IReadOnlyList<JsonEdit> Edits(ReadOnlySpan<byte> body, MessagesHost host, string? betas, ReadOnlyMemory<byte> model, Translation translation)
    {
        ArgumentNullException.ThrowIfNull(translation);
        if (host == MessagesHost.Anthropic)
            return [];
        var isBedrock = host == MessagesHost.Bedrock;
        var names = isBedrock ? BetasOf(betas, translation) : [];
        var edits = new List<JsonEdit> { default };
        // Members that go are cut out in runs: with the comma behind them, or before them where nothing follows.
        var (inside, keptEnd, runStart, isOnly) = (0, 0, -1, true);
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new ChatFormatException("The body must be a JSON object.");
            inside = keptEnd = (int)reader.BytesConsumed;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var start = (int)reader.TokenStartIndex;
                var isBetas = isBedrock && reader.ValueTextEquals("anthropic_beta"u8);
                var goes = isBetas || reader.ValueTextEquals("model"u8) || reader.ValueTextEquals("anthropic_version"u8) || (isBedrock && reader.ValueTextEquals("stream"u8));
                reader.Read();
                if (isBetas)
                    TakeBetas(ref reader, names, translation);
                else
                    reader.Skip();
                if (goes)
                {
                    runStart = runStart < 0 ? start : runStart;
                    continue;
                }
                if (runStart >= 0)
                    edits.Add(new JsonEdit(new ByteRange(runStart, start - runStart), default));
                (runStart, keptEnd, isOnly) = (-1, (int)reader.BytesConsumed, false);
            }
            if (runStart >= 0)
                edits.Add(new JsonEdit(new ByteRange(keptEnd, (int)reader.TokenStartIndex - keptEnd), default));
        }
        catch (JsonException exception)
        {
            throw JsonBody.Broken("The body", exception);
        }
        edits[0] = new JsonEdit(new ByteRange(inside, 0), Head(isBedrock, names, model, isOnly));
        return edits;
    }

    /// <summary>A body with its edits made.</summary>
    public static byte[] Apply(ReadOnlySpan<byte> body, IReadOnlyList<JsonEdit> edits)
    {
        ArgumentNullException.ThrowIfNull(edits);
        var output = new ArrayBufferWriter<byte>(body.Length + 128);
        var position = 0;
        foreach (var edit in edits)
        {
            output.Write(body[position..edit.Range.Start]);
            output.Write(edit.Replacement.Span);
            position = edit.Range.End;
        }
        output.Write(body[position..]);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The body of Bedrock's CountTokens: a body of invoke, in base64. It must be one that could be invoked, so a bound of the answer is added where there is none.</summary>
    public static byte[] BedrockCount(ReadOnlySpan<byte> invokeBody)
    {
        var body = JsonBody.Read(invokeBody.ToArray(), static root => root.TryGetProperty("max_tokens"u8, out _))
            ? invokeBody.ToArray()
            : [.. "{\"max_tokens\":1,"u8, .. invokeBody[(invokeBody.IndexOf((byte)'{') + 1)..]];
        var output = new ArrayBufferWriter<byte>((body.Length * 4 / 3) + 64);
        using (var writer = new Utf8JsonWriter(output, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("input"u8);
            writer.WriteStartObject("invokeModel"u8);
            writer.WriteBase64String("body"u8, body);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Bedrock's count in Anthropic's words: <c>{"inputTokens":7}</c> becomes <c>{"input_tokens":7}</c>.</summary>
    /// <exception cref="ChatFormatException">It is no count.</exception>
    public static string CountOfBedrock(ReadOnlyMemory<byte> body) => JsonBody.Read(body, static root =>
        JsonBody.CountOf(root, "inputTokens"u8) is { } count
            ? string.Create(CultureInfo.InvariantCulture, $"{{\"input_tokens\":{count}}}")
            : throw new ChatFormatException("Is missing.", "inputTokens"));

    /// <summary>The model's own id, without the place of an inference profile: CountTokens knows no profiles. <c>eu.anthropic.claude…</c> becomes <c>anthropic.claude…</c>.</summary>
    public static string WithoutPlace(string bedrockModel)
    {
        ArgumentNullException.ThrowIfNull(bedrockModel);
        var at = bedrockModel.IndexOf(".anthropic.", StringComparison.Ordinal);
        return at > 0 && bedrockModel.AsSpan(0, at).IndexOfAny(":/.") < 0 ? bedrockModel[(at + 1)..] : bedrockModel;
    }

    private static List<string> BetasOf(string? header, Translation translation)
    {
        var names = new List<string>();
        foreach (var name in header?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
            AddBeta(name, names, translation);
        return names;
    }

    private static void TakeBetas(ref Utf8JsonReader reader, List<string> names, Translation translation)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
                AddBeta(reader.GetString()!, names, translation);
            else
                reader.Skip();
        }
    }

    private static void AddBeta(string name, List<string> names, Translation translation)
    {
        if (Array.Exists(UnknownToBedrock, start => name.StartsWith(start, StringComparison.Ordinal)))
            translation.Drop("anthropic-beta: " + name, "Bedrock refuses requests with it");
        else if (!names.Contains(name))
            names.Add(name);
    }

    /// <summary>The members that come first.</summary>
    private static byte[] Head(bool isBedrock, List<string> betas, ReadOnlyMemory<byte> model, bool isOnly)
    {
        var output = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(output, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("anthropic_version"u8, isBedrock ? AnthropicTarget.Bedrock.Version : AnthropicTarget.Vertex.Version);
            if (!model.IsEmpty)
            {
                writer.WritePropertyName("model"u8);
                writer.WriteRawValue(model.Span);
            }
            if (betas.Count > 0)
            {
                writer.WriteStartArray("anthropic_beta"u8);
                foreach (var beta in betas)
                    writer.WriteStringValue(beta);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }
        ReadOnlySpan<byte> members = output.WrittenSpan[1..^1];
        return isOnly ? members.ToArray() : [.. members, (byte)','];
    }
}
