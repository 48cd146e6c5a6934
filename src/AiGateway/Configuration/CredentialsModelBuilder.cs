using System.Text.RegularExpressions;

namespace AiGateway.Configuration;

/// <summary>Resolves what a provider is convinced with: the kind's default, the cloud's own names, the region in an address.</summary>
internal static partial class CredentialsModelBuilder
{
    private static readonly string[] Names = ["key", "aws", "google", "azure", "caller"];

    /// <summary>The words that a file may say.</summary>
    public static IReadOnlyList<string> Types => Names;

    /// <summary>What applies to a provider: what it says, else keys where it has any, else its kind's default.</summary>
    public static CredentialsKind KindOf(ProviderConfig provider, ProviderPreset preset)
    {
        if (provider.Credentials is { Type: { } type })
        {
            return (CredentialsKind)Array.IndexOf(Names, type);
        }
        return provider.Keys.Count > 0 || provider.Headers.Keys.Any(name => string.Equals(name, preset.AuthHeader, StringComparison.OrdinalIgnoreCase))
            ? CredentialsKind.Key : preset.DefaultCredentials;
    }

    /// <summary>The model of a valid provider.</summary>
    /// <param name="provider">The provider as written.</param>
    /// <param name="preset">Its kind.</param>
    /// <param name="baseUrl">Its address, which may name the region.</param>
    /// <param name="secrets">Knows where relative paths begin.</param>
    public static CredentialsModel Build(ProviderConfig provider, ProviderPreset preset, string baseUrl, SecretResolver secrets)
    {
        var written = provider.Credentials ?? new CredentialsConfig();
        return KindOf(provider, preset) switch
        {
            CredentialsKind.Aws => new CredentialsModel(CredentialsKind.Aws)
            {
                Region = written.Region ?? RegionIn(baseUrl) ?? "",
                Service = written.Service ?? "bedrock",
                Profile = written.Profile,
                RoleArn = written.RoleArn,
                ExternalId = written.ExternalId,
                SessionName = written.SessionName ?? "aigateway",
            },
            CredentialsKind.Google => new CredentialsModel(CredentialsKind.Google)
            {
                File = written.File is { } file ? secrets.PathOf(file) : null,
                Scope = written.Scope ?? CredentialsModel.GoogleScope,
            },
            CredentialsKind.Azure => new CredentialsModel(CredentialsKind.Azure)
            {
                Scope = written.Scope ?? CredentialsModel.AzureScope,
                TenantId = written.TenantId,
                ClientId = written.ClientId,
            },
            CredentialsKind.Caller => new CredentialsModel(CredentialsKind.Caller),
            _ => CredentialsModel.Key,
        };
    }

    /// <summary>The AWS region that an address names (<c>bedrock-runtime.us-east-1.amazonaws.com</c>); null when it names none.</summary>
    public static string? RegionIn(string? baseUrl) =>
        Uri.TryCreate(baseUrl, UriKind.Absolute, out var address) ? Array.FindLast(address.Host.Split('.'), label => Region().IsMatch(label)) : null;

    [GeneratedRegex(@"^[a-z]{2}(-[a-z]+)+-\d{1,2}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Region();
}
