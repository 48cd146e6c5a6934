using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration;

/// <summary>Resolves the section <c>host.ledger</c>.</summary>
internal static class LedgerModelBuilder
{
    /// <summary>The resolved section; without one the ledger is kept as an empty one says. Null when it is off. Where its store is wrong, the error is in <paramref name="findings"/>.</summary>
    public static LedgerModel? Build(BoundFile file, SecretResolver secrets, Findings findings)
    {
        if (file.Config.Host.Ledger is not { } config)
        {
            return LedgerModel.Default;
        }
        var path = ConfigPath.Of("host", "ledger", "store");
        var store = config.Store?.Reference ?? LedgerConfig.Sqlite;
        var isReference = !LedgerConfig.Words.Contains(store) && !PostgresAddressReader.IsAddress(store);
        if (isReference)
        {
            var resolved = secrets.Resolve(config.Store!);
            if ((resolved.Problem ?? (resolved.Missing is { } missing ? $"{missing}. Set it, or write sqlite" : null)) is { } problem)
            {
                findings.Error(file.Places.Find(path), $"'{path}': {problem}");
                return null;
            }
            store = resolved.Secret!.Reveal();
        }
        if (store == LedgerConfig.Off)
        {
            return null;
        }
        if (store is "" or LedgerConfig.Sqlite)
        {
            return LedgerModel.Of(config, postgres: null);
        }
        var reader = new PostgresAddressReader(secrets);
        var address = PostgresAddressReader.IsAddress(store) ? reader.Read(store, isReference) : null;
        if (address is null)
        {
            var why = reader.Problem ?? (reader.Missing.Count > 0 ? $"{Words.NotSet(reader.Missing)}. Set it, or write the address without it." : LedgerConfig.StoreProblem);
            findings.Error(file.Places.Find(path), $"'{path}': {why}");
        }
        return address is null ? null : LedgerModel.Of(config, address);
    }
}
