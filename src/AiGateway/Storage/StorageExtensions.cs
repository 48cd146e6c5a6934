using System.Diagnostics.Metrics;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Caching.Semantic;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Providers;
using AiGateway.Storage.Ledger;
using AiGateway.Storage.Postgres;
using AiGateway.Storage.Redis;
using AiGateway.Storage.Runtime;
using AiGateway.Telemetry;

namespace AiGateway.Storage;

/// <summary>Registers what the gateway keeps on disk.</summary>
internal static class StorageExtensions
{
    /// <summary>The file in the data folder.</summary>
    public const string FileName = "responses.db";

    /// <summary>The file of files and batches in the data folder.</summary>
    public const string ObjectsFileName = "objects.db";

    /// <summary>Adds the store of files and batches, and that of responses; one that keeps nothing where the operator did not turn it on.</summary>
    /// <param name="services">The services.</param>
    /// <param name="host">Says whether, for how long, and where.</param>
    /// <param name="secret">Gives the secret that the encryption's key is derived from.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, HostModel host, Func<byte[]> secret)
    {
        services.AddSingleton<IObjectStore>(provider => new SqliteObjectStore(
            Path.Combine(host.DataFolder, ObjectsFileName), new SealedContent(secret(), "files and batches"), provider.GetRequiredService<ILogger<SqliteObjectStore>>()));
        services.AddSingleton<IWebhookMarkStore>(_ => new WebhookMarkFile(Path.Combine(host.DataFolder, WebhookMarkFile.Name)));
        services.AddSingleton<IAcceptanceStore>(_ => new AcceptanceFile(Path.Combine(host.DataFolder, AcceptanceFile.Name)));
        if (host.Redis is { } redis)
        {
            services.AddSingleton(redis);
            services.AddSingleton(provider => new RedisConnection(
                redis, provider.GetRequiredService<TrustedAuthorities>(), provider.GetRequiredService<TimeProvider>(), new RedisMetrics(provider.GetRequiredService<IMeterFactory>(), MetricDefinitions.LimitsStoreCallDuration)));
            services.AddSingleton<ILimitStore>(provider => new RedisLimitStore(
                provider.GetRequiredService<RedisConnection>(), redis.KeyPrefix, NodeName(provider), SharedSettlements.HoldLife, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IWebhookClaims>(provider => new RedisWebhookClaims(provider.GetRequiredService<RedisConnection>(), redis.KeyPrefix, NodeName(provider)));
        }
        if (host.Ledger is { Postgres: { } address })
        {
            services.AddSingleton(_ => new PostgresDatabase(address));
            services.AddSingleton<ILedgerStore>(provider => new PostgresLedgerStore(provider.GetRequiredService<PostgresDatabase>(), host.DataFolder, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<ILedgerReader>(provider => new PostgresLedgerReader(provider.GetRequiredService<PostgresDatabase>()));
        }
        else if (host.Ledger is not null)
        {
            services.AddSingleton<ILedgerStore>(provider => new SqliteLedgerStore(Path.Combine(host.DataFolder, LedgerFile.Name), provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<ILedgerReader>(_ => new SqliteLedgerReader(Path.Combine(host.DataFolder, LedgerFile.Name)));
        }
        else
        {
            services.AddSingleton<ILedgerReader, NoLedgerReader>();
        }
        if (host.HasRuntimeEntries)
        {
            services.AddSingleton(provider => RuntimeStores.Open(host, provider.GetService<PostgresDatabase>(), provider.GetRequiredService<TimeProvider>()));
        }
        if (host.StoreResponses is not { } limits)
        {
            return services.AddSingleton<IConversationStore, NoConversationStore>();
        }
        services.AddSingleton(provider => new SqliteConversationStore(
            Path.Combine(host.DataFolder, FileName), limits, new SealedContent(secret()),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<StoreMetrics>(), provider.GetRequiredService<ILogger<SqliteConversationStore>>()));
        return services.AddSingleton<IConversationStore>(provider => provider.GetRequiredService<SqliteConversationStore>());
    }

    // Only unlike all others: who had it before is never asked.
    private static string NodeName(IServiceProvider provider) => RequestId.New(provider.GetRequiredService<TimeProvider>().GetUtcNow());
}
