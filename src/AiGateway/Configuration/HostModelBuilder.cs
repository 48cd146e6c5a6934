using System.Net;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration;

/// <summary>Resolves the <c>host</c> section.</summary>
internal static class HostModelBuilder
{
    // Below this, ids of stored objects could be forged by guessing the secret.
    private const int MinIdSecretLength = 32;

    private const string Grpc = "grpc";
    private const string HttpProtobuf = "http/protobuf";

    /// <summary>The resolved section. Where a value is wrong its error is in <paramref name="findings"/>, and a default stands in.</summary>
    public static HostModel Build(BoundFile file, bool inContainer, SecretResolver secrets, Func<string, string?> environment, Findings findings)
    {
        var host = file.Config.Host;
        var standard = HostModel.Default;
        return new HostModel
        {
            Listen = Address(host.Listen) ?? (inContainer ? standard.Listen with { Host = "*" } : standard.Listen),
            Tls = host.Tls,
            AdminListen = host.Admin.Listen == "off" ? null : Address(host.Admin.Listen) ?? standard.AdminListen,
            AdminKeys = AdminKeys(host.Admin),
            HasRuntimeEntries = host.Admin.Keys.Count > 0,
            MetricsListen = Address(host.MetricsListen),
            TrustedProxies = [.. host.TrustedProxies.Where(text => IPNetwork.TryParse(text, out _)).Select(text => IPNetwork.Parse(text))],
            DrainTimeout = host.DrainTimeout ?? standard.DrainTimeout,
            Records = host.Records ?? standard.Records,
            DataFolder = host.DataFolder ?? standard.DataFolder,
            IdSecret = IdSecret(host, file, secrets, findings),
            StoreResponses = host.StoreResponses is { } kept
                ? new StoreResponsesModel(kept.For ?? StoreResponsesModel.Default.For, kept.Most ?? StoreResponsesModel.Default.Most) : null,
            Ledger = LedgerModelBuilder.Build(file, secrets, findings),
            Redis = Redis(host, file, secrets, findings),
            Cache = new HostCacheModel(host.Cache.Memory ?? HostCacheModel.Default.Memory, host.Cache.Redis ?? HostCacheModel.Default.Redis),
            Otlp = Otlp(host.Otlp, file, secrets, environment, findings),
            ForwardBaggage = host.ForwardBaggage ?? standard.ForwardBaggage,
            OutboundProxy = Uri.TryCreate(host.Outbound.Proxy, UriKind.Absolute, out var proxy) ? proxy : null,
            CaBundle = host.Outbound.CaBundle,
        };
    }

    private static List<AdminKeyModel> AdminKeys(AdminConfig admin)
    {
        var keys = new List<AdminKeyModel>();
        if (admin.KeyHash is { } shortForm && KeyHash.TryParse(shortForm) is { } only)
        {
            keys.Add(new AdminKeyModel(AdminKeyModel.ShortFormId, only, MayWrite: false));
        }
        foreach (var key in admin.Keys)
        {
            if (key.KeyHash is { } text && KeyHash.TryParse(text) is { } hash)
            {
                keys.Add(new AdminKeyModel(key.Id ?? "", hash, key.Role == AdminKeyModel.Write));
            }
        }
        return keys;
    }

    private static ListenAddress? Address(string? text) => text is null ? null : ListenAddress.TryParse(text, out _);

    private static Secret? IdSecret(HostConfig host, BoundFile file, SecretResolver secrets, Findings findings)
    {
        if (host.IdSecret is not { } reference)
        {
            return null;
        }
        var path = ConfigPath.Of("host", "id_secret");
        var secret = Resolve(reference, path, file, secrets, findings);
        if (secret is not null && secret.Reveal().Length < MinIdSecretLength)
        {
            findings.Error(file.Places.Find(path), $"'host.id_secret' has fewer than {MinIdSecretLength} characters. Make one with: openssl rand -base64 32");
        }
        return secret;
    }

    private static RedisModel? Redis(HostConfig host, BoundFile file, SecretResolver secrets, Findings findings)
    {
        var section = ConfigPath.Of("host", "redis");
        // The short form has no key 'url' of its own.
        var path = file.Places.Contains(section["url"]) ? section["url"] : section;
        if (host.Redis is not { } redis)
        {
            return null;
        }
        if (redis.Url is null)
        {
            if (!file.Places.Contains(section["url"]))
            {
                findings.Error(file.Places.Find(section), "'host.redis' needs a 'url', such as redis://redis.internal:6379.");
            }
            return null;
        }
        if (Resolve(redis.Url, path, file, secrets, findings) is not { } secret)
        {
            return null;
        }
        if (RedisModel.TryParse(secret.Reveal(), out var problem) is not { } model)
        {
            findings.Error(file.Places.Find(path), $"'{path}' is {problem}. Write redis://host:6379, redis://:${{REDIS_PASSWORD}}@host:6379/0, or rediss:// for TLS; special characters of a password as %40 and so on.");
            return null;
        }
        var endpoints = model.Endpoints.Concat(redis.Endpoints.Select(RedisModel.TryParseEndpoint).OfType<(string, int)>()).Distinct().ToArray();
        return model with { Endpoints = endpoints, KeyPrefix = redis.KeyPrefix ?? model.KeyPrefix, Timeout = redis.Timeout ?? model.Timeout };
    }

    private static OtlpModel? Otlp(OtlpConfig otlp, BoundFile file, SecretResolver secrets, Func<string, string?> environment, Findings findings)
    {
        var endpoint = otlp.Endpoint ?? environment("OTEL_EXPORTER_OTLP_ENDPOINT");
        var headers = new List<KeyValuePair<string, Secret>>();
        foreach (var (name, reference) in otlp.Headers)
        {
            var path = ConfigPath.Of("host", "otlp", "headers", name);
            if (Resolve(reference, path, file, secrets, findings) is not { } secret)
            {
                continue;
            }
            // The exporter takes all headers as one string, which it decodes first and then splits at commas: encoding does not help.
            if (secret.Reveal().Contains(',', StringComparison.Ordinal))
            {
                findings.Error(file.Places.Find(path), $"The value of '{path}' holds a comma, which the OTLP exporter cannot send. Use a value without one, or let a collector beside the gateway add the header.");
            }
            headers.Add(new(name, secret));
        }
        if (string.IsNullOrEmpty(endpoint))
        {
            return null;
        }
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            if (otlp.Endpoint is null)
            {
                findings.Error(Place.WholeFile, $"OTEL_EXPORTER_OTLP_ENDPOINT is '{endpoint}', which is not an http(s) URL. Mend or unset it.");
            }
            return null;
        }
        return new OtlpModel(uri, Protocol(otlp, environment, findings) == HttpProtobuf, headers, otlp.SampleRatio ?? 1);
    }

    private static string Protocol(OtlpConfig otlp, Func<string, string?> environment, Findings findings)
    {
        var protocol = otlp.Protocol ?? environment("OTEL_EXPORTER_OTLP_PROTOCOL");
        if (string.IsNullOrEmpty(protocol))
        {
            return Grpc;
        }
        if (protocol is not (Grpc or HttpProtobuf))
        {
            // A wrong word in the file has had its error from the binder: this one is the variable's.
            findings.Error(Place.WholeFile, $"OTEL_EXPORTER_OTLP_PROTOCOL is '{protocol}', which is neither {Grpc} nor {HttpProtobuf}. Set it to one of them, unset it, or write 'host.otlp.protocol'.");
        }
        return protocol;
    }

    private static Secret? Resolve(SecretReference reference, ConfigPath path, BoundFile file, SecretResolver secrets, Findings findings)
    {
        var resolved = secrets.Resolve(reference);
        if (resolved.Problem is { } problem)
        {
            findings.Error(file.Places.Find(path), problem);
        }
        else if (resolved.Missing is { } missing)
        {
            findings.Error(file.Places.Find(path), $"'{path}': {missing}. Set it, or remove the key.");
        }
        return resolved.IsEmpty ? null : resolved.Secret;
    }
}
