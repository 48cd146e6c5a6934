using System.Net;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Addresses, certificates and exporters. What may be reached from outside must ask for a key.</summary>
internal static class HostValidator
{
    private static readonly ConfigPath Section = ConfigPath.Of("host");

    public static void Validate(ValidationContext context)
    {
        var host = context.Config.Host;
        var listen = Address(context, Section["listen"], host.Listen);
        var admin = host.Admin.Listen == "off" ? null : Address(context, Section["admin"]["listen"], host.Admin.Listen);
        var metrics = Address(context, Section["metrics_listen"], host.MetricsListen);

        ValidateListener(context, host, listen);
        ValidateAdmin(context, host, admin);
        if (metrics is { IsHttps: true })
        {
            context.Error(Section["metrics_listen"], "'host.metrics_listen' must be an http address: the scraper's listener has no TLS. Use the admin listener where metrics need protection.");
        }
        ValidatePorts(context, host, listen, admin, metrics);
        for (var i = 0; i < host.TrustedProxies.Count; i++)
        {
            if (!IPNetwork.TryParse(host.TrustedProxies[i], out _))
            {
                context.Error(Section["trusted_proxies"][i], $"'{host.TrustedProxies[i]}' is not a network. Write it in CIDR form, such as 10.0.0.0/8 or 192.0.2.7/32.");
            }
        }
        ValidateUrl(context, Section["otlp"]["endpoint"], host.Otlp.Endpoint);
        ValidateUrl(context, Section["outbound"]["proxy"], host.Outbound.Proxy);
        ValidateRedis(context, host.Redis);
        if (host.Cache.Redis == true && host.Redis is null)
        {
            context.Error(Section["cache"]["redis"], "'host.cache.redis' is true, but there is no 'host.redis' to share answers through. Add 'host.redis: redis://redis.internal:6379', or remove the key.");
        }
        else if (host.Cache.Redis == true && host.IdSecret is null)
        {
            context.Error(Section["cache"]["redis"], "'host.cache.redis' is true, but there is no 'host.id_secret': what nodes share is sealed with it, and must be the same on all of them. Add one (openssl rand -base64 32), or remove the key.");
        }
        foreach (var name in host.Otlp.Headers.Keys.Where(name => !HttpSyntax.IsHeaderName(name)))
        {
            context.Error(Section["otlp"]["headers"][name], $"'{name}' is not a valid header name.");
        }
    }

    // The URL is a secret, and is read where secrets are.
    private static void ValidateRedis(ValidationContext context, RedisConfig? redis)
    {
        var section = Section["redis"];
        for (var i = 0; i < redis?.Endpoints.Count; i++)
        {
            if (RedisModel.TryParseEndpoint(redis.Endpoints[i]) is null)
            {
                context.Error(section["endpoints"][i], $"'{redis.Endpoints[i]}' is not an address. Write host:port, such as redis-2.internal:6379.");
            }
        }
        if (redis?.KeyPrefix is { } prefix && prefix.AsSpan().IndexOfAny('{', '}') >= 0)
        {
            context.Error(section["key_prefix"], $"'{prefix}' holds a brace: a cluster of Redis decides by braces where keys live. Write one without.");
        }
    }

    private static ListenAddress? Address(ValidationContext context, ConfigPath path, string? text)
    {
        if (text is null)
        {
            return null;
        }
        var address = ListenAddress.TryParse(text, out var problem);
        if (address is null)
        {
            context.Error(path, $"'{path}' is '{context.Raw(path, text)}', but {problem}. Write for example http://localhost:8080 or https://*:8443.");
        }
        return address;
    }

    private static void ValidateListener(ValidationContext context, HostConfig host, ListenAddress? listen)
    {
        if (listen is { IsHttps: true } && host.Tls is null)
        {
            context.Error(Section["listen"], "'host.listen' is an https address, which needs a certificate. Add host.tls with 'certificate' and 'key' (PEM files), or listen on http.");
        }
        if (host.Tls is { } tls)
        {
            if ((tls.Certificate is null && !context.IsWritten(Section["tls"]["certificate"])) || (tls.Key is null && !context.IsWritten(Section["tls"]["key"])))
            {
                context.Error(Section["tls"], "'host.tls' needs both 'certificate' and 'key' (PEM files).");
            }
            if (listen is { IsHttps: false } or null && host.Admin.Listen?.StartsWith("https:", StringComparison.Ordinal) != true)
            {
                context.Error(Section["tls"], "'host.tls' is given, but no address is https. Change 'host.listen' to https://…, or remove the section.");
            }
        }
        var reachable = listen is null ? context.InContainer && host.Listen is null : !listen.IsLoopback;
        if (reachable && context.Config.Callers.Count == 0 && host.Admin.Keys.Count == 0)
        {
            var address = listen?.ToString() ?? "http://*:8080 (the default in a container)";
            context.Error(Section["listen"], $"The gateway would listen on {address} without asking for keys: whoever reaches it could spend your money. Add 'callers' ('AiGateway keys new' makes an entry) or 'host.admin.keys' (keys are then made at run time), or listen on http://localhost:8080.");
        }
    }

    private static void ValidateAdmin(ValidationContext context, HostConfig host, ListenAddress? admin)
    {
        if (host.Admin.KeyHash is { } hash && KeyHash.TryParse(hash) is null)
        {
            context.Error(Section["admin"]["key_hash"], "'host.admin.key_hash' must be 'sha256:' and 64 hex digits. 'AiGateway keys new' makes a key and its hash.");
        }
        if (admin is { IsLoopback: false } && host.Admin.KeyHash is null && host.Admin.Keys.Count == 0 && !context.IsWritten(Section["admin"]["key_hash"]) && !context.IsWritten(Section["admin"]["keys"]))
        {
            context.Error(Section["admin"]["listen"], $"The admin listener on {admin} can be reached from outside and needs a key. Add host.admin.key_hash ('AiGateway keys new' makes one), or listen on http://127.0.0.1:{admin.Port}.");
        }
        ValidateAdminKeys(context, host.Admin);
        if (admin is { IsHttps: true } && host.Tls is null)
        {
            context.Error(Section["admin"]["listen"], "'host.admin.listen' is an https address, which needs a certificate. Add host.tls, or listen on http.");
        }
    }

    private static void ValidateAdminKeys(ValidationContext context, AdminConfig admin)
    {
        var path = Section["admin"]["keys"];
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var hashes = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (admin.KeyHash is { } shortForm)
        {
            ids.Add(AdminKeyModel.ShortFormId);
            hashes.Add(shortForm);
        }
        for (var i = 0; i < admin.Keys.Count; i++)
        {
            var key = admin.Keys[i];
            if (key.Id is null)
            {
                if (!context.IsWritten(path[i]["id"]))
                {
                    context.Error(path[i], $"Admin key {i + 1} needs an 'id': its name in the audit.");
                }
            }
            else if (!ids.Add(key.Id))
            {
                context.Error(path[i]["id"], $"Two admin keys are called '{key.Id}' (the one of 'key_hash' is called '{AdminKeyModel.ShortFormId}'). Give each a name of its own, so that the audit tells them apart.");
            }
            else
            {
                Names.Validate(context, path[i]["id"], key.Id);
            }
            if (key.KeyHash is null ? !context.IsWritten(path[i]["key_hash"]) : KeyHash.TryParse(key.KeyHash) is null)
            {
                // Not shown: somebody may have put the key itself here.
                context.Error(path[i]["key_hash"], $"Admin key {i + 1} needs a 'key_hash': 'sha256:' and 64 hex digits, not the key itself. 'AiGateway keys new' makes both.");
            }
            else if (key.KeyHash is { } hash && (!hashes.Add(hash) || context.Config.Callers.Any(caller => string.Equals(caller.KeyHash, hash, StringComparison.OrdinalIgnoreCase))))
            {
                context.Error(path[i]["key_hash"], $"Admin key {i + 1} is also another key's. Give each admin and each caller a key of its own.");
            }
        }
    }

    private static void ValidatePorts(ValidationContext context, HostConfig host, ListenAddress? listen, ListenAddress? admin, ListenAddress? metrics)
    {
        var used = new Dictionary<int, string>();
        Take("host.listen", host.Listen is null ? HostModel.Default.Listen : listen, Section["listen"]);
        Take("host.admin.listen", host.Admin.Listen is null ? HostModel.Default.AdminListen : admin, Section["admin"]["listen"]);
        Take("host.metrics_listen", metrics, Section["metrics_listen"]);

        void Take(string name, ListenAddress? address, ConfigPath path)
        {
            if (address is null or { Port: 0 })
            {
                return;
            }
            if (!used.TryAdd(address.Port, name))
            {
                context.Error(path, $"'{name}' uses port {address.Port}, which '{used[address.Port]}' uses already. Give each listener a port of its own.");
            }
        }
    }

    private static void ValidateUrl(ValidationContext context, ConfigPath path, string? url)
    {
        if (url is not null && HttpSyntax.ProblemOf(url) is { } problem)
        {
            context.Error(path, $"'{path}' is '{context.Raw(path, url)}'. {problem}");
        }
    }
}
