using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Credentials of providers: settings that fit their type, a region to sign for, and nothing else that claims the same header.</summary>
internal static class CredentialsValidator
{
    public static void Validate(ValidationContext context, string id, ProviderConfig provider, ProviderPreset preset, ConfigPath path)
    {
        var at = path["credentials"];
        if (provider.Credentials is { Type: null })
        {
            if (!context.IsWritten(at["type"]))
            {
                context.Error(at, $"The credentials of provider '{id}' need a 'type': {string.Join(", ", CredentialsModelBuilder.Types)}.");
            }
            return;
        }
        var kind = CredentialsModelBuilder.KindOf(provider, preset);
        ValidateSettings(context, id, provider, kind, at);
        if (kind == CredentialsKind.Key)
        {
            return;
        }
        var type = CredentialsModelBuilder.Types[(int)kind];
        if (provider.Keys.Count > 0)
        {
            context.Error(path["keys"], $"Provider '{id}' has the credentials '{type}', so its keys would never be used. Remove either 'credentials' or 'keys'.");
        }
        var header = kind == CredentialsKind.Caller ? preset.AuthHeader : "Authorization";
        if (header is null)
        {
            context.Error(at, $"Provider '{id}' of kind '{preset.Kind}' takes no keys, so there is none that a caller could bring. Remove 'credentials'.");
        }
        foreach (var name in provider.Headers.Keys.Where(name => string.Equals(name, header, StringComparison.OrdinalIgnoreCase)))
        {
            context.Error(path["headers"][name], $"The header '{name}' carries the provider's credentials ('{type}') already. Remove either the header or 'credentials'.");
        }
        if (kind == CredentialsKind.Aws)
        {
            ValidateAws(context, id, provider, preset, path);
        }
    }

    private static void ValidateAws(ValidationContext context, string id, ProviderConfig provider, ProviderPreset preset, ConfigPath path)
    {
        var (written, at) = (provider.Credentials ?? new CredentialsConfig(), path["credentials"]);
        if (written.Region is null && !context.IsWritten(at["region"]) && !context.ProvidersOff.Contains(id)
            && (provider.BaseUrl ?? preset.BaseUrl) is { } address && CredentialsModelBuilder.RegionIn(address) is null)
        {
            var place = context.IsWritten(at) ? at : path;
            context.Error(place, $"The base URL of provider '{id}' names no AWS region to sign for. Add one: 'credentials: {{ type: aws, region: us-east-1 }}'{(written.Type is null ? ", or give the provider 'keys'" : "")}.");
        }
        if (written.RoleArn is { } role && !role.StartsWith("arn:", StringComparison.Ordinal))
        {
            context.Error(at["role_arn"], $"'{context.Raw(at["role_arn"], role)}' is no role. Write its ARN, such as arn:aws:iam::123456789012:role/NAME.");
        }
    }

    private static void ValidateSettings(ValidationContext context, string id, ProviderConfig provider, CredentialsKind kind, ConfigPath at)
    {
        if (provider.Credentials is not { } written)
        {
            return;
        }
        var hasRole = kind == CredentialsKind.Aws && written.RoleArn is not null;
        Check("region", written.Region, kind == CredentialsKind.Aws, "for 'aws'");
        Check("service", written.Service, kind == CredentialsKind.Aws, "for 'aws'");
        Check("profile", written.Profile, kind == CredentialsKind.Aws, "for 'aws'");
        Check("role_arn", written.RoleArn, kind == CredentialsKind.Aws, "for 'aws'");
        Check("external_id", written.ExternalId, hasRole, "beside 'role_arn'");
        Check("session_name", written.SessionName, hasRole, "beside 'role_arn'");
        Check("file", written.File, kind == CredentialsKind.Google, "for 'google'");
        Check("scope", written.Scope, kind is CredentialsKind.Google or CredentialsKind.Azure, "for 'google' and 'azure'");
        Check("tenant_id", written.TenantId, kind == CredentialsKind.Azure, "for 'azure'");
        Check("client_id", written.ClientId, kind == CredentialsKind.Azure, "for 'azure'");

        void Check(string name, string? value, bool fits, string where)
        {
            if (value is not null && !fits)
            {
                context.Error(at[name], $"'{name}' has a meaning only {where}; provider '{id}' has the credentials '{written.Type}'. Remove it.");
            }
        }
    }
}
