using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Providers: a known kind, a usable address, the keys the kind needs, headers that are ours to set.</summary>
internal static class ProviderValidator
{
    // The connection's own headers and what the gateway writes itself.
    private static readonly HashSet<string> ReservedHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding", "TE", "Trailer",
        "Upgrade", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Expect", "traceparent", "tracestate",
    };

    // What a caller proves itself with, or says where it comes from: never a provider's to see.
    private static readonly HashSet<string> CallerOnlyHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "api-key", "x-api-key", "x-goog-api-key", "Cookie", "Forwarded", "Via", "Accept-Encoding", "User-Agent", "baggage",
    };

    public static void Validate(ValidationContext context)
    {
        var config = context.Config;
        if (config.Providers.Count == 0 && !context.IsWritten(ConfigPath.Of("providers")))
        {
            context.Error(ConfigPath.Of("providers"), "No providers are defined. Add at least one under 'providers', for example 'simulated:' which needs nothing.");
        }
        foreach (var (id, provider) in config.Providers)
        {
            var path = ConfigPath.Of("providers", id);
            var preset = ValidationContext.PresetOf(id, provider);
            if (preset is null)
            {
                if (provider.Kind is null && !context.IsWritten(path["kind"]))
                {
                    context.Error(path, $"'{id}' is not a kind of provider that is known, and the provider has no 'kind'.{Suggestion.For(id, ProviderPresets.Kinds)} Add 'kind: {ProviderPresets.OpenAICompatible}' and 'base_url', or one of: {string.Join(", ", ProviderPresets.Kinds)}.");
                }
                continue;
            }
            ValidateAddress(context, id, provider, preset, path);
            CredentialsValidator.Validate(context, id, provider, preset, path);
            ValidateKeys(context, id, provider, preset, path);
            ValidateHeaders(context, provider, preset, path);
            ValidateNativeHeaders(context, provider, preset, path["native_headers"]);
            if (provider.Voices.Count > 0 && preset.Speech.Length == 0)
            {
                context.Error(path["voices"], $"'voices' has a meaning for providers with a form of speech of their own ({string.Join(", ", ProviderPresets.All.Where(kind => kind.Speech.Length > 0).Select(kind => kind.Kind))}); provider '{id}' is of kind '{preset.Kind}', whose callers' words pass as they are. Remove it.");
            }
            if (provider.ApiVersion is not null && !preset.AzureLayout)
            {
                context.Error(path["api_version"], $"'api_version' has a meaning for Azure only; provider '{id}' is of kind '{preset.Kind}'. Remove it.");
            }
        }
    }

    private static void ValidateAddress(ValidationContext context, string id, ProviderConfig provider, ProviderPreset preset, ConfigPath path)
    {
        var at = path["base_url"];
        if (provider.BaseUrl is null)
        {
            if (preset.BaseUrl is null && !context.IsWritten(at) && !context.ProvidersOff.Contains(id))
            {
                context.Error(path, $"Provider '{id}' of kind '{preset.Kind}' needs a 'base_url'.{ExampleOf(preset)}");
            }
            return;
        }
        if (HttpSyntax.ProblemOf(provider.BaseUrl) is { } problem)
        {
            context.Error(at, $"The base URL of provider '{id}' is '{context.Raw(at, provider.BaseUrl)}'. {problem}");
        }
        else if (preset.AzureLayout && new Uri(provider.BaseUrl).AbsolutePath.Contains("/openai", StringComparison.OrdinalIgnoreCase))
        {
            context.Error(at, $"The base URL of the Azure provider '{id}' ends before '/openai': write https://NAME.openai.azure.com, the gateway adds the rest.");
        }
    }

    private static void ValidateKeys(ValidationContext context, string id, ProviderConfig provider, ProviderPreset preset, ConfigPath path)
    {
        if (preset.KeyRequired && CredentialsModelBuilder.KindOf(provider, preset) == CredentialsKind.Key && provider.Keys.Count == 0 && !context.IsWritten(path["keys"]) && !provider.Headers.Keys.Any(name => IsCredential(name, preset)))
        {
            context.Error(path, $"Provider '{id}' of kind '{preset.Kind}' needs a key. Add 'keys: ${{{SuggestedVariable(id)}}}'.");
        }
        if (preset.AuthHeader is null && provider.Keys.Count > 0)
        {
            context.Error(path["keys"], $"Provider '{id}' of kind '{preset.Kind}' takes no keys. Remove them.");
        }
        for (var i = 0; i < provider.Keys.Count; i++)
        {
            var reference = provider.Keys[i].Reference;
            if (!Interpolation.HasReference(reference) && !reference.StartsWith("env:", StringComparison.Ordinal) && !reference.StartsWith("file:", StringComparison.Ordinal) && reference.Length >= 20)
            {
                context.Warning(path["keys"][i], $"A key of provider '{id}' seems to stand in the file itself. Safer: ${{{SuggestedVariable(id)}}} or file:/run/secrets/{id}.");
            }
        }
    }

    private static void ValidateHeaders(ValidationContext context, ProviderConfig provider, ProviderPreset preset, ConfigPath path)
    {
        foreach (var name in provider.Headers.Keys)
        {
            var at = path["headers"][name];
            if (!HttpSyntax.IsHeaderName(name))
            {
                context.Error(at, $"'{name}' is not a valid header name.");
            }
            else if (ReservedHeaders.Contains(name))
            {
                context.Error(at, $"The header '{name}' is set by the gateway itself and cannot be configured. Remove it.");
            }
            else if (IsCredential(name, preset) && provider.Keys.Count > 0)
            {
                context.Error(at, $"The header '{name}' carries the provider's key already. Remove either the header or 'keys'.");
            }
        }
    }

    private static void ValidateNativeHeaders(ValidationContext context, ProviderConfig provider, ProviderPreset preset, ConfigPath path)
    {
        for (var i = 0; i < provider.NativeHeaders.Count; i++)
        {
            var name = provider.NativeHeaders[i];
            if (!HttpSyntax.IsHeaderName(name))
            {
                context.Error(path[i], $"'{name}' is not a valid header name.");
            }
            else if (ReservedHeaders.Contains(name) || CallerOnlyHeaders.Contains(name) || IsCredential(name, preset)
                || name.StartsWith("x-gateway-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase))
            {
                context.Error(path[i], $"The header '{name}' is between the caller and the gateway, or the gateway's own, and cannot go on to a provider. Remove it.");
            }
            else if (provider.Headers.Keys.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                context.Error(path[i], $"The header '{name}' stands under 'headers' too, with a value of yours. Remove it from one of them.");
            }
        }
    }

    private static bool IsCredential(string header, ProviderPreset preset) => string.Equals(header, preset.AuthHeader, StringComparison.OrdinalIgnoreCase);

    private static string SuggestedVariable(string id) =>
        string.Concat(id.Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_')) + "_API_KEY";

    private static string ExampleOf(ProviderPreset preset) => preset.Kind switch
    {
        "azure" => " For example https://NAME.openai.azure.com.",
        "bedrock" => " For example https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1.",
        "snowflake" => " For example https://ACCOUNT.snowflakecomputing.com/api/v2/cortex/v1.",
        "vllm" => " For example http://localhost:8000/v1.",
        "llamacpp" => " For example http://localhost:8085/v1.",
        _ => " For example https://ai.example.com/v1.",
    };
}
