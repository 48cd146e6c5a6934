namespace AiGateway.Configuration;

/// <summary>Names the settings of <c>host</c> that differ: a reload cannot put them in force.</summary>
internal static class HostDifferences
{
    /// <summary>The settings, as the file names them.</summary>
    public static List<string> Between(HostModel inForce, HostModel now)
    {
        var names = new List<string>();
        Compare("host.listen", inForce.Listen, now.Listen);
        Compare("host.tls", inForce.Tls, now.Tls);
        Compare("host.admin.listen", inForce.AdminListen, now.AdminListen);
        // Keys come and go with the file; what they turn on is started, and what they close is opened, by a start only.
        Compare("host.admin.keys", (inForce.HasRuntimeEntries, false), (now.HasRuntimeEntries, inForce.AdminKeys.Count > 0 && now.AdminKeys.Count == 0));
        Compare("host.metrics_listen", inForce.MetricsListen, now.MetricsListen);
        Compare("host.trusted_proxies", string.Join(' ', inForce.TrustedProxies), string.Join(' ', now.TrustedProxies));
        Compare("host.drain_timeout", inForce.DrainTimeout, now.DrainTimeout);
        Compare("host.records", inForce.Records, now.Records);
        Compare("host.data_folder", inForce.DataFolder, now.DataFolder);
        Compare("host.id_secret", inForce.IdSecret?.Reveal(), now.IdSecret?.Reveal());
        Compare("host.store_responses", inForce.StoreResponses, now.StoreResponses);
        Compare("host.ledger", inForce.Ledger, now.Ledger);
        Compare("host.redis", Flat(inForce.Redis), Flat(now.Redis));
        Compare("host.cache", inForce.Cache, now.Cache);
        Compare("host.otlp", Flat(inForce.Otlp), Flat(now.Otlp));
        Compare("host.forward_baggage", inForce.ForwardBaggage, now.ForwardBaggage);
        Compare("host.outbound.proxy", inForce.OutboundProxy, now.OutboundProxy);
        Compare("host.outbound.ca_bundle", inForce.CaBundle, now.CaBundle);
        return names;

        void Compare<T>(string name, T before, T after)
        {
            if (!EqualityComparer<T>.Default.Equals(before, after))
            {
                names.Add(name);
            }
        }
    }

    private static string? Flat(RedisModel? redis) => redis is null
        ? null
        : $"{string.Join(' ', redis.Endpoints)} {redis.Password?.Reveal()} {redis.IsTls} {redis.Database} {redis.KeyPrefix} {redis.Timeout}";

    private static string? Flat(OtlpModel? otlp) => otlp is null
        ? null
        : $"{otlp.Endpoint} {otlp.HttpProtobuf} {otlp.SampleRatio} {string.Join('\n', otlp.Headers.Select(header => $"{header.Key}:{header.Value.Reveal()}"))}";
}
