using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Telemetry;

namespace AiGateway.Accounting;

/// <summary>Adds prices, costs and request records.</summary>
internal static class AccountingExtensions
{
    /// <summary>Registers the price list, the cost calculator, the record sink that <see cref="HostModel.Records"/> names, and the recent requests.</summary>
    public static IServiceCollection AddAccounting(this IServiceCollection services, HostModel host)
    {
        services.AddSingleton(_ => PriceCatalogue.LoadDefault());
        services.AddSingleton<ICostCalculator, CostCalculator>();
        services.AddSingleton<RecentRequests>();
        services.AddSingleton<IRequestObserver>(provider => provider.GetRequiredService<RecentRequests>());
        if (!string.Equals(host.Records, "off", StringComparison.Ordinal))
        {
            services.AddSingleton(provider => new RecordWriter(
                SinkOf(host.Records), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RecordWriter>>()));
            services.AddSingleton<IRequestObserver>(provider => provider.GetRequiredService<RecordWriter>());
            services.AddSingleton<IDroppedRecords>(provider => provider.GetRequiredService<RecordWriter>());
            services.AddHostedService(provider => provider.GetRequiredService<RecordWriter>());
        }
        AddLedger(services, host);
        return services;
    }

    private static void AddLedger(IServiceCollection services, HostModel host)
    {
        services.AddSingleton<LedgerQuestions>();
        if (host.Ledger is not { } ledger)
        {
            services.AddSingleton<ICallJournal, NoCallJournal>();
            return;
        }
        services.AddSingleton<LedgerMetrics>();
        services.AddSingleton(provider => new LedgerQueue(
            host.DataFolder, ledger, provider.GetRequiredService<ILedgerStore>(), provider.GetRequiredService<ICostCalculator>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<LedgerMetrics>(), provider.GetRequiredService<ILogger<LedgerQueue>>()));
        services.AddSingleton<IRequestObserver>(provider => provider.GetRequiredService<LedgerQueue>());
        services.AddSingleton<ICallJournal>(provider => provider.GetRequiredService<LedgerQueue>());
        services.AddHostedService(provider => provider.GetRequiredService<LedgerQueue>());
    }

    private static IRecordSink SinkOf(string records) =>
        string.Equals(records, "stdout", StringComparison.Ordinal) ? new StreamSink(Console.OpenStandardOutput()) : new FileSink(records);
}
