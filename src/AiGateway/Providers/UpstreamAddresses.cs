using System.Collections.Concurrent;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;

namespace AiGateway.Providers;

/// <summary>Builds upstream addresses from configuration alone: nothing that a caller sends chooses host, scheme, port or path prefix.</summary>
internal sealed class UpstreamAddresses
{
    // Far above the deployments × operations of any real file; reached only when callers invent model names for an Azure wildcard.
    private const int MostCached = 10_000;
    private const string ModelPlace = "{model}";
    private const string VoicePlace = "{voice}";

    private readonly ConcurrentDictionary<(string BaseUrl, Operation Operation, Dialect? Dialect, MessagesHost Host, bool Stream, string? Model, string? ApiVersion), Uri> _cache = new();
    private readonly ConcurrentDictionary<(string BaseUrl, string Path, string? Model), Uri> _forms = new();

    /// <summary>Where <paramref name="deployment"/> serves <paramref name="operation"/>.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="operation">What the caller asks for.</param>
    /// <param name="dialect">The dialect the provider is spoken to; null for OpenAI's own of the operation.</param>
    /// <param name="stream">Whether a stream is asked for: some dialects say it in the path.</param>
    /// <param name="upstreamModel">The provider's name of the model.</param>
    public Uri For(DeploymentModel deployment, Operation operation, Dialect? dialect, bool stream, string upstreamModel)
    {
        var provider = deployment.Provider;
        operation = dialect switch { Dialect.OpenAIChat => Operation.ChatCompletions, Dialect.OpenAIResponses => Operation.Responses, _ => operation };
        var host = dialect == Dialect.Anthropic ? provider.Preset.Messages : MessagesHost.Anthropic;
        var isPerModel = dialect is Dialect.Gemini or Dialect.Converse || host != MessagesHost.Anthropic || IsPerModel(provider, operation);
        var key = (provider.BaseUrl, operation, dialect, host, stream, isPerModel ? upstreamModel : null, provider.ApiVersion);
        if (_cache.TryGetValue(key, out var address))
        {
            return address;
        }
        var isCountAtBedrock = host == MessagesHost.Bedrock && operation == Operation.CountTokens;
        address = dialect is null or Dialect.OpenAIChat or Dialect.OpenAIResponses
            ? Build(provider, operation, upstreamModel, "")
            : new Uri($"{(host == MessagesHost.Vertex ? PublisherOfClaude(provider.BaseUrl) : provider.BaseUrl)}/{PathOf(provider, operation, dialect, stream).Replace(ModelPlace, Segment(isCountAtBedrock ? HostedMessages.WithoutPlace(upstreamModel) : upstreamModel), StringComparison.Ordinal)}");
        if (_cache.Count < MostCached)
        {
            _cache.TryAdd(key, address);
        }
        return address;
    }

    /// <summary>Where a provider serves a form of its own.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="path">The path behind the base URL; <c>{model}</c> stands for the model.</param>
    /// <param name="upstreamModel">The provider's name of the model.</param>
    /// <param name="voice">What <c>{voice}</c> in the path stands for; null where it has none.</param>
    public Uri ForForm(ProviderModel provider, string path, string upstreamModel, string? voice = null)
    {
        if (voice is not null && path.Contains(VoicePlace, StringComparison.Ordinal))
        {
            // Callers name voices as they like: addresses with one are not kept.
            return new Uri($"{provider.BaseUrl}/{path.Replace(ModelPlace, Segment(upstreamModel), StringComparison.Ordinal).Replace(VoicePlace, Segment(voice), StringComparison.Ordinal)}");
        }
        var key = (provider.BaseUrl, path, path.Contains(ModelPlace, StringComparison.Ordinal) ? upstreamModel : null);
        if (!_forms.TryGetValue(key, out var address))
        {
            address = new Uri($"{provider.BaseUrl}/{path.Replace(ModelPlace, Segment(upstreamModel), StringComparison.Ordinal)}");
            if (_forms.Count < MostCached)
            {
                _forms.TryAdd(key, address);
            }
        }
        return address;
    }

    /// <summary>The path of a dialect's own layout, behind the base URL.</summary>
    private static string PathOf(ProviderModel provider, Operation operation, Dialect? dialect, bool stream) => dialect switch
    {
        null => OperationTable.PathOf(operation),
        Dialect.OpenAIChat => OperationTable.PathOf(Operation.ChatCompletions),
        Dialect.OpenAIResponses => OperationTable.PathOf(Operation.Responses),
        Dialect.Anthropic when provider.Preset.Messages == MessagesHost.Bedrock =>
            operation == Operation.CountTokens ? "model/{model}/count-tokens" : stream ? "model/{model}/invoke-with-response-stream" : "model/{model}/invoke",
        Dialect.Anthropic when provider.Preset.Messages == MessagesHost.Vertex =>
            operation == Operation.CountTokens ? "models/count-tokens:rawPredict" : stream ? "models/{model}:streamRawPredict" : "models/{model}:rawPredict",
        Dialect.Anthropic => operation == Operation.CountTokens ? "messages/count_tokens" : "messages",
        Dialect.Gemini => operation == Operation.CountTokens ? "models/{model}:countTokens" : stream ? "models/{model}:streamGenerateContent?alt=sse" : "models/{model}:generateContent",
        Dialect.Converse => stream ? "model/{model}/converse-stream" : "model/{model}/converse",
        Dialect.Cohere => "chat",
        Dialect.Mistral => OperationTable.PathOf(Operation.ChatCompletions),
        Dialect.Ollama => "api/chat",
        _ => throw new ArgumentOutOfRangeException(nameof(dialect), dialect, $"A dialect without a path at '{provider.Id}'."),
    };

    /// <summary>Where realtime sessions are opened.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="upstreamModel">The provider's name of the model.</param>
    /// <param name="isBeta">Whether the beta's events are spoken, which Azure has under its dated layout.</param>
    /// <param name="transcribesOnly">Whether the session only transcribes: OpenAI then refuses a model in the address, and takes it from <c>session.update</c>.</param>
    /// <remarks>The scheme tells the transport that the connection will be upgraded: through a proxy it then opens a tunnel.</remarks>
    public static Uri ForRealtime(ProviderModel provider, string upstreamModel, bool isBeta, bool transcribesOnly)
    {
        var isDated = provider.Preset.AzureLayout && isBeta;
        // The base URL begins with http or https.
        var root = $"ws{provider.BaseUrl.AsSpan(4)}/{(isDated ? "openai/" : provider.Preset.AzureLayout ? "openai/v1/" : "")}{OperationTable.PathOf(Operation.Realtime)}";
        var model = Uri.EscapeDataString(upstreamModel);
        var query = isDated ? $"?api-version={PreviewVersion(provider)}&deployment={model}{(transcribesOnly ? "&intent=transcription" : "")}"
            : transcribesOnly ? "?intent=transcription"
            : $"?model={model}";
        return new Uri(root + query);
    }

    /// <summary>The dated layout has realtime sessions in preview versions only (learn.microsoft.com/azure/ai-foundry/openai/how-to/realtime-audio-websockets).</summary>
    private static string PreviewVersion(ProviderModel provider) =>
        provider.ApiVersion is { } version && version.EndsWith("-preview", StringComparison.Ordinal) ? version : "2025-04-01-preview";

    /// <summary>Where a stored object of <paramref name="deployment"/> is.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="operation">What it is.</param>
    /// <param name="stored">Which.</param>
    /// <param name="suffix">What follows its id, with the query.</param>
    public static Uri ForStored(DeploymentModel deployment, Operation operation, StoredObject stored, string suffix)
    {
        var query = suffix.IndexOf('?', StringComparison.Ordinal);
        var (path, parameters) = query < 0 ? (suffix, "") : (suffix[..query], suffix[(query + 1)..]);
        var address = Build(deployment.Provider, operation, "", $"/{Segment(stored.UpstreamId)}{path}");
        return parameters.Length == 0 ? address : new Uri($"{address}{(address.Query.Length == 0 ? '?' : '&')}{parameters}");
    }

    /// <summary>Where a native request goes: behind the provider's base URL and nowhere else.</summary>
    /// <exception cref="InvalidDataException">The path leads out of the base URL. <see cref="NativeTarget"/> refuses all that could; this is the second lock.</exception>
    public static Uri ForNative(ProviderModel provider, NativeTarget target)
    {
        var root = new Uri(provider.BaseUrl + "/");
        var address = new Uri($"{provider.BaseUrl}/{WithoutRepeatedVersion(provider.BaseUrl, target.Path)}{target.Query}");
        return root.Scheme == address.Scheme && root.Authority == address.Authority && address.UserInfo.Length == 0
            && address.AbsolutePath.StartsWith(root.AbsolutePath, StringComparison.Ordinal)
            ? address : throw new InvalidDataException("The path leads out of the provider's base URL.");
    }

    /// <summary>Vertex AI's address names the publisher; that of the file is Google, as its own models need it.</summary>
    private static string PublisherOfClaude(string baseUrl)
    {
        const string Google = "/publishers/google";
        return baseUrl.EndsWith(Google, StringComparison.Ordinal) ? string.Concat(baseUrl.AsSpan(0, baseUrl.Length - Google.Length), "/publishers/anthropic") : baseUrl;
    }

    /// <summary>Official clients put the version into the path (<c>v1/messages</c>, <c>v2/chat</c>) that the base URL ends with already.</summary>
    private static string WithoutRepeatedVersion(string baseUrl, string path)
    {
        var end = path.IndexOf('/', StringComparison.Ordinal);
        return end > 1 && path[0] == 'v' && char.IsAsciiDigit(path[1]) && baseUrl[(baseUrl.LastIndexOf('/') + 1)..].AsSpan().SequenceEqual(path.AsSpan(0, end)) ? path[(end + 1)..] : path;
    }

    /// <summary>Azure puts the deployment's name in the path, but for the operations that its v1 layout brought.</summary>
    private static bool IsPerModel(ProviderModel provider, Operation operation) =>
        provider.Preset.AzureLayout && operation is not (Operation.Responses or Operation.StoredResponse or Operation.Files or Operation.Batches);

    /// <summary>One path segment: escaped, and never one that <see cref="Uri"/> would resolve away, which it does even when the dots are escaped. <c>@</c> may stand in one (RFC 3986, 3.3), and stands before a version in Vertex AI's models.</summary>
    /// <exception cref="InvalidDataException">It is a segment of dots.</exception>
    private static string Segment(string text) => text is "." or ".."
        ? throw new InvalidDataException($"'{text}' cannot stand in an upstream path.") : Uri.EscapeDataString(text).Replace("%40", "@", StringComparison.Ordinal);

    private static Uri Build(ProviderModel provider, Operation operation, string upstreamModel, string below)
    {
        var path = provider.Preset.Paths.TryGetValue(operation, out var own) ? own : OperationTable.PathOf(operation);
        var address = !provider.Preset.AzureLayout ? $"{provider.BaseUrl}/{path}{below}"
            : IsPerModel(provider, operation) ? $"{provider.BaseUrl}/openai/deployments/{Segment(upstreamModel)}/{path}?api-version={provider.ApiVersion}"
            : $"{provider.BaseUrl}/openai/{path}{below}{VersionOfNewLayout(provider)}";
        return new Uri(address);
    }

    /// <summary>Azure refuses a dated version on its v1 layout ("api-version query parameter is not allowed when using /v1 path"); a word such as <c>preview</c> it takes.</summary>
    private static string VersionOfNewLayout(ProviderModel provider) =>
        provider.ApiVersion is { Length: > 0 } version && !char.IsAsciiDigit(version[0]) ? $"?api-version={version}" : "";
}
