using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration;

/// <summary>Resolves the secrets of providers, and decides which optional ones are off.</summary>
internal sealed class ProviderResolution
{
    private readonly Dictionary<string, ResolvedProvider> _on = new(StringComparer.Ordinal);
    private readonly List<ProviderOff> _off = [];

    /// <summary>Secrets of the providers that are on.</summary>
    public IReadOnlyDictionary<string, ResolvedProvider> On => _on;

    /// <summary>Optional providers that are off, with the reason, in the order of the file.</summary>
    public IReadOnlyList<ProviderOff> Off => _off;

    /// <summary>Resolves every provider of <paramref name="file"/>; missing variables anywhere else become errors here too.</summary>
    public static ProviderResolution Resolve(BoundFile file, Findings findings, SecretResolver secrets)
    {
        var resolution = new ProviderResolution();
        var providers = ConfigPath.Of("providers");
        foreach (var missing in file.Missing.Where(missing => !missing.Path.IsWithin(providers)))
        {
            findings.Error(missing.Place, $"'{missing.Path}' refers to {missing.Name}, which is not set. Set it, or write ${{{missing.Name}:-default}}.");
        }
        foreach (var (id, provider) in file.Config.Providers)
        {
            resolution.Add(id, provider, file, findings, secrets);
        }
        return resolution;
    }

    private void Add(string id, ProviderConfig provider, BoundFile file, Findings findings, SecretResolver secrets)
    {
        var path = ConfigPath.Of("providers", id);
        var absent = new Absences(provider.Optional, findings);
        foreach (var missing in file.Missing.Where(missing => missing.Path.IsWithin(path)))
        {
            absent.Add(missing.Place, $"{missing.Name} is not set", [missing.Name]);
        }
        var keys = new List<Secret>();
        for (var i = 0; i < provider.Keys.Count; i++)
        {
            if (ResolveOne(provider.Keys[i], file.Places.Find(path["keys"][i]), secrets, absent, findings) is { } key)
            {
                keys.Add(key);
            }
        }
        var headers = new List<KeyValuePair<string, Secret>>();
        foreach (var (name, reference) in provider.Headers)
        {
            if (ResolveOne(reference, file.Places.Find(path["headers"][name]), secrets, absent, findings) is { } header)
            {
                headers.Add(new(name, header));
            }
        }
        if (provider.Keys.Count > 0 && provider.Keys.All(key => secrets.Resolve(key).IsEmpty) && ProviderPresets.Find(provider.Kind ?? id) is { KeyRequired: true })
        {
            absent.Add(file.Places.Find(path["keys"]), "none of its keys is set", []);
        }
        if (provider.Credentials?.File is { } credentials && !File.Exists(secrets.PathOf(credentials)))
        {
            absent.Add(file.Places.Find(path["credentials"]["file"]), $"The credentials file '{credentials}' does not exist", []);
        }
        if (absent.Reason is { } reason)
        {
            _off.Add(new ProviderOff(id, reason));
            return;
        }
        _on.Add(id, new ResolvedProvider([.. keys], [.. headers]));
    }

    private static Secret? ResolveOne(SecretReference reference, Place place, SecretResolver secrets, Absences absent, Findings findings)
    {
        var resolved = secrets.Resolve(reference);
        if (resolved.Problem is { } problem)
        {
            findings.Error(place, problem);
        }
        else if (resolved.Missing is { } missing)
        {
            absent.Add(place, missing, resolved.Variables);
        }
        return resolved.IsEmpty ? null : resolved.Secret;
    }

    /// <summary>What a provider lacks: the reason why it is off where it is optional, errors where it is not.</summary>
    private sealed class Absences(bool optional, Findings findings)
    {
        private readonly List<string> _variables = [];
        private readonly List<string> _others = [];

        public bool Any { get; private set; }

        public string? Reason => !optional || !Any ? null : string.Join("; ", _variables.Count > 0 ? [Words.NotSet(_variables), .. _others] : _others);

        public void Add(Place place, string what, IReadOnlyList<string> variables)
        {
            Any = true;
            if (!optional)
            {
                var way = variables.Count > 0 ? $"Set it, write ${{{variables[0]}:-default}}, or give the provider 'optional: true' to switch it off without it." : "Put it there, or give the provider 'optional: true' to switch it off without it.";
                findings.Error(place, $"{Capitalised(what)}. {way}");
                return;
            }
            _variables.AddRange(variables);
            if (variables.Count == 0)
            {
                _others.Add(what);
            }
        }

        // Names of variables stay as they are; only our own phrases begin with a small letter.
        private static string Capitalised(string what) => what.StartsWith("none", StringComparison.Ordinal) ? string.Concat("N", what.AsSpan(1)) : what;
    }
}

/// <summary>The secrets of a provider that is on.</summary>
internal sealed record ResolvedProvider(Secret[] Keys, KeyValuePair<string, Secret>[] Headers);
