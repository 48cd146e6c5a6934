using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;

namespace AiGateway.Simulator.Requests;

/// <summary>A path, taken apart: OpenAI's layout (<c>/v1/…</c>, the <c>/v1</c> may be missing), Azure's (<c>/openai/…</c>), or that of a provider with a dialect of its own.</summary>
internal readonly record struct SimulatorRoute(SimulatedEndpoint Endpoint, string? Deployment, string? Id, bool IsAzure)
{
    private const string AzurePrefix = "/openai/";

    private static readonly (string Start, string End, SimulatedEndpoint Endpoint)[] ModelPaths =
    [
        ("/models/", ":generateContent", SimulatedEndpoint.GenerateContent),
        ("/models/", ":streamGenerateContent", SimulatedEndpoint.StreamGenerateContent),
        ("/model/", "/invoke-with-response-stream", SimulatedEndpoint.InvokeStream),
        ("/model/", "/count-tokens", SimulatedEndpoint.BedrockCount),
        ("/models/", ":rawPredict", SimulatedEndpoint.RawPredict),
        ("/models/", ":streamRawPredict", SimulatedEndpoint.StreamRawPredict),
        ("/models/", ":countTokens", SimulatedEndpoint.GeminiCountTokens),
        ("/models/", ":embedContent", SimulatedEndpoint.GeminiEmbed),
        ("/models/", ":batchEmbedContents", SimulatedEndpoint.GeminiEmbed),
        ("/model/", "/converse", SimulatedEndpoint.Converse),
        ("/model/", "/converse-stream", SimulatedEndpoint.ConverseStream),
        ("/models/", ":predict", SimulatedEndpoint.Predict),
        ("/model/", "/invoke", SimulatedEndpoint.InvokeModel),
    ];

    // What follows is the id, and perhaps what is asked of it: batch_1/cancel.
    private static readonly (string Collection, SimulatedEndpoint Endpoint)[] Collections =
    [
        ("files/", SimulatedEndpoint.Files),
        ("batches/", SimulatedEndpoint.Batches),
        ("messages/batches/", SimulatedEndpoint.MessageBatches),
    ];

    private const string Deployments = "deployments/";

    /// <summary>The dialect that the path belongs to; OpenAI Chat stands for all of OpenAI's.</summary>
    public Dialect Dialect => Endpoint switch
    {
        SimulatedEndpoint.Messages or SimulatedEndpoint.CountTokens or SimulatedEndpoint.MessageBatches or SimulatedEndpoint.RawPredict or SimulatedEndpoint.StreamRawPredict or SimulatedEndpoint.RawPredictCount
            or SimulatedEndpoint.Invoke or SimulatedEndpoint.InvokeStream or SimulatedEndpoint.BedrockCount => Dialect.Anthropic,
        SimulatedEndpoint.GenerateContent or SimulatedEndpoint.StreamGenerateContent or SimulatedEndpoint.GeminiCountTokens or SimulatedEndpoint.GeminiEmbed or SimulatedEndpoint.Predict => Dialect.Gemini,
        SimulatedEndpoint.Converse or SimulatedEndpoint.ConverseStream or SimulatedEndpoint.InvokeModel => Dialect.Converse,
        SimulatedEndpoint.CohereChat or SimulatedEndpoint.CohereEmbed or SimulatedEndpoint.CohereRerank => Dialect.Cohere,
        _ => Dialect.OpenAIChat,
    };

    /// <summary>The dialect of its errors: those of Bedrock are its own, whatever the model's dialect is.</summary>
    public Dialect ErrorDialect => Endpoint is SimulatedEndpoint.Invoke or SimulatedEndpoint.InvokeStream or SimulatedEndpoint.BedrockCount ? Dialect.Converse : Dialect;

    /// <summary>Who serves the dialect, where it is Anthropic's.</summary>
    public MessagesHost Host => Endpoint switch
    {
        SimulatedEndpoint.Invoke or SimulatedEndpoint.InvokeStream or SimulatedEndpoint.BedrockCount => MessagesHost.Bedrock,
        SimulatedEndpoint.RawPredict or SimulatedEndpoint.StreamRawPredict or SimulatedEndpoint.RawPredictCount => MessagesHost.Vertex,
        _ => MessagesHost.Anthropic,
    };

    public static SimulatorRoute Of(string path)
    {
        if (path.Equals("/v1/chat/completions", StringComparison.Ordinal))
            return new(SimulatedEndpoint.ChatCompletions, null, null, false);
        if (path is "/" or "")
            return new(SimulatedEndpoint.Root, null, null, false);

        if (OfModelInPath(path) is { } route)
            return route;

        var rest = path.AsSpan();
        string? deployment = null;
        var azure = false;
        if (rest.StartsWith(AzurePrefix, StringComparison.Ordinal))
        {
            rest = rest[AzurePrefix.Length..];
            // /openai/v1/… is Azure's newer layout, which behaves as OpenAI's; Groq has the same prefix.
            azure = !rest.StartsWith("v1/", StringComparison.Ordinal);
            if (rest.StartsWith(Deployments, StringComparison.Ordinal))
            {
                rest = rest[Deployments.Length..];
                // A deployment's name has no slash at Azure; here it may, because simulated models have one.
                var end = EndOfDeployment(rest);
                deployment = Uri.UnescapeDataString(rest[..end].ToString());
                rest = end < rest.Length ? rest[(end + 1)..] : [];
            }
        }
        else
        {
            rest = rest[1..];
        }
        if (rest.StartsWith("v1/", StringComparison.Ordinal))
            rest = rest[3..];

        var (endpoint, id) = Find(rest);
        return new(endpoint, deployment, id, azure);
    }

    // Gemini: …/models/MODEL:generateContent, also beneath Vertex AI's project and location, as is Claude's rawPredict. Bedrock: /model/MODEL/converse, /invoke.
    private static SimulatorRoute? OfModelInPath(string path)
    {
        // The body names the model.
        if (path.EndsWith("/models/count-tokens:rawPredict", StringComparison.Ordinal))
            return new(SimulatedEndpoint.RawPredictCount, null, null, false);
        foreach (var (start, end, endpoint) in ModelPaths)
        {
            if (!path.EndsWith(end, StringComparison.Ordinal))
                continue;
            var at = path.IndexOf(start, StringComparison.Ordinal);
            var first = at + start.Length;
            if (at >= 0 && first < path.Length - end.Length)
                return OfModel(endpoint, Uri.UnescapeDataString(path[first..^end.Length]));
        }
        return null;
    }

    // The body of invoke is the model's own: Claude converses.
    private static SimulatorRoute OfModel(SimulatedEndpoint endpoint, string model) => new(
        endpoint == SimulatedEndpoint.InvokeModel && model.Contains("claude", StringComparison.Ordinal) ? SimulatedEndpoint.Invoke : endpoint, model, null, false);

    private static int EndOfDeployment(ReadOnlySpan<char> rest)
    {
        foreach (var operation in (ReadOnlySpan<string>)["/chat/", "/completions", "/embeddings", "/images/", "/audio/", "/responses", "/moderations", "/rerank"])
        {
            var at = rest.IndexOf(operation, StringComparison.Ordinal);
            if (at > 0)
                return at;
        }
        return rest.Length;
    }

    private static (SimulatedEndpoint Endpoint, string? Id) Find(ReadOnlySpan<char> rest)
    {
        var exact = rest switch
        {
            "chat/completions" => SimulatedEndpoint.ChatCompletions,
            "completions" => SimulatedEndpoint.Completions,
            "embeddings" => SimulatedEndpoint.Embeddings,
            "responses" => SimulatedEndpoint.Responses,
            "moderations" => SimulatedEndpoint.Moderations,
            "images/generations" => SimulatedEndpoint.ImageGenerations,
            "images/edits" => SimulatedEndpoint.ImageEdits,
            "images/variations" => SimulatedEndpoint.ImageVariations,
            "audio/speech" => SimulatedEndpoint.Speech,
            "audio/transcriptions" => SimulatedEndpoint.Transcriptions,
            "audio/translations" => SimulatedEndpoint.Translations,
            "rerank" => SimulatedEndpoint.Rerank,
            "realtime" => SimulatedEndpoint.Realtime,
            "messages" => SimulatedEndpoint.Messages,
            "messages/count_tokens" => SimulatedEndpoint.CountTokens,
            "v2/chat" => SimulatedEndpoint.CohereChat,
            "v2/embed" => SimulatedEndpoint.CohereEmbed,
            "v2/rerank" => SimulatedEndpoint.CohereRerank,
            "speech-to-text" => SimulatedEndpoint.ElevenLabsTranscription,
            "speak" => SimulatedEndpoint.DeepgramSpeech,
            "listen" => SimulatedEndpoint.DeepgramTranscription,
            "chat/moderations" => SimulatedEndpoint.ChatModerations,
            "contentsafety/text:analyze" => SimulatedEndpoint.ContentSafety,
            "models" => SimulatedEndpoint.Models,
            "files" => SimulatedEndpoint.Files,
            "batches" => SimulatedEndpoint.Batches,
            "messages/batches" => SimulatedEndpoint.MessageBatches,
            _ => SimulatedEndpoint.Unknown,
        };
        if (exact != SimulatedEndpoint.Unknown)
            return (exact, null);
        if (rest.StartsWith("text-to-speech/", StringComparison.Ordinal) && rest.EndsWith("/stream", StringComparison.Ordinal) && rest.Length > 22)
            return (SimulatedEndpoint.ElevenLabsSpeech, Uri.UnescapeDataString(rest[15..^7].ToString()));
        foreach (var (collection, endpoint) in Collections)
        {
            if (rest.StartsWith(collection, StringComparison.Ordinal) && rest.Length > collection.Length)
                return (endpoint, rest[collection.Length..].ToString());
        }
        if (rest.StartsWith("models/", StringComparison.Ordinal) && rest.Length > 7)
            return (SimulatedEndpoint.Model, Uri.UnescapeDataString(rest[7..].ToString()));
        if (rest.StartsWith("responses/", StringComparison.Ordinal) && rest.Length > 10)
        {
            rest = rest[10..];
            var slash = rest.IndexOf('/');
            if (slash < 0)
                return (SimulatedEndpoint.StoredResponse, rest.ToString());
            var under = rest[(slash + 1)..] switch
            {
                "cancel" => SimulatedEndpoint.CancelResponse,
                "input_items" => SimulatedEndpoint.ResponseInputItems,
                _ => SimulatedEndpoint.Unknown,
            };
            return (under, rest[..slash].ToString());
        }
        return (SimulatedEndpoint.Unknown, null);
    }
}
