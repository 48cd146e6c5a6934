using System.Globalization;
using System.Text;
using AiGateway.Configuration;
using AiGateway.Storage.Ledger;

namespace AiGateway.Hosting;

/// <summary>What a newcomer needs to know when the gateway has started: address, providers, models, metrics, and a line to paste.</summary>
internal static class StartupReport
{
    private const int MostModels = 12;

    /// <summary>The report.</summary>
    public static string Write(string configPath, Snapshot snapshot)
    {
        var host = snapshot.Host;
        var address = Reachable(host.Listen);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"AiGateway listens on {address}   (configuration {configPath}, version {snapshot.Version})");
        text.AppendLine();

        var on = snapshot.Providers.Values.Select(provider => provider.Keys.Length > 1 ? $"{provider.Id} ({provider.Keys.Length} keys)" : provider.Id).Order(StringComparer.Ordinal).ToList();
        text.AppendLine(CultureInfo.InvariantCulture, $"  providers  {(on.Count == 0 ? "none" : string.Join(", ", on))}");
        foreach (var reason in snapshot.ProvidersOff.GroupBy(off => off.Reason).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  off        {string.Join(", ", reason.Select(off => off.Id))}: {reason.Key}");
        }
        var models = snapshot.Aliases.All.Select(alias => alias.Name).ToList();
        var more = models.Count > MostModels ? $", … ({models.Count} in all: GET {address}/v1/models)" : "";
        text.AppendLine(CultureInfo.InvariantCulture, $"  models     {string.Join(", ", models.Take(MostModels))}{more}");
        text.AppendLine(snapshot.Callers.IsConfigured
            ? $"  callers    {snapshot.Callers.All.Count} keys{(host.HasRuntimeEntries ? " in the file; more are made at run time" : "")}"
            : "  callers    none configured: anyone on this machine may call, so the gateway listens on loopback only");
        text.AppendLine(CultureInfo.InvariantCulture, $"  ledger     {host.Ledger switch { null => "off (host.ledger.store)", { Postgres: { } database } => $"PostgreSQL {database}", _ => Path.Combine(host.DataFolder, LedgerFile.Name) }}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  metrics    {(host.MetricsListen ?? host.AdminListen) switch { { } listen => $"{Reachable(listen)}/metrics", null => "no listener" }}");
        text.AppendLine();
        text.AppendLine("Try it:");
        text.AppendLine();
        var key = snapshot.Callers.IsConfigured ? " -H 'Authorization: Bearer YOUR_KEY'" : "";
        text.AppendLine(CultureInfo.InvariantCulture, $$"""  curl {{address}}/v1/chat/completions -H 'Content-Type: application/json'{{key}} -d '{"model":"{{ExampleModel(snapshot)}}","messages":[{"role":"user","content":"Hello"}]}'""");
        return text.ToString();
    }

    private static string ExampleModel(Snapshot snapshot)
    {
        var simulated = snapshot.Aliases.All.FirstOrDefault(alias => alias.Name.StartsWith(ProviderPresets.Simulated, StringComparison.Ordinal));
        var name = simulated?.Name ?? (snapshot.Aliases.All.Count > 0 ? snapshot.Aliases.All[0].Name : "MODEL");
        return name.EndsWith('*') ? $"{name[..^1]}demo" : name;
    }

    private static string Reachable(ListenAddress address) =>
        address.Host == "*" ? $"{(address.IsHttps ? "https" : "http")}://localhost:{address.Port.ToString(CultureInfo.InvariantCulture)}" : address.ToString();
}
