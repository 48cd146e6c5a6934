using System.Text.Json.Nodes;
using AiGateway.Admin;
using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;
using AiGateway.Hosting;
using AiGateway.Pipeline;
using AiGateway.Storage.Postgres;
using AiGateway.Storage.Runtime;

namespace AiGateway.Cli;

/// <summary><c>keys list|create|revoke</c>: keys made at run time, in the store that the running gateways watch; they take a change up within a second.</summary>
internal sealed class RuntimeKeysCommand(TextWriter output, TextWriter error, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>The words that may follow <c>keys</c>.</summary>
    public static readonly string[] Actions = ["list", "create", "revoke"];

    private static readonly string[] Owner = ["project", "team", "organisation"];

    /// <summary>Reads an action's arguments. The operand of <c>revoke</c> is the key's id.</summary>
    public static Options Parse(string action, ReadOnlySpan<string> args) => action switch
    {
        "create" => Options.Parse(args, ["id", .. Owner, "alias", "expires", Options.Config], [], maxOperands: 0),
        "revoke" => Options.Parse(args, [Options.Config], [], maxOperands: 1),
        _ => Options.Parse(args, [Options.Config], [], maxOperands: 0),
    };

    /// <summary>Runs one action.</summary>
    public async Task<int> RunAsync(string action, Options options)
    {
        if (action == "revoke" && options.Operands.Count == 0)
        {
            await error.WriteLineAsync("'keys revoke' needs the id of the key.");
            return ExitCode.Misuse;
        }
        var loaded = new ConfigurationLoader(new StateRegistry(), environment, clock).Load(RoutingFilePath.From(options, environment));
        if (loaded.Snapshot is not { } file)
        {
            foreach (var finding in loaded.Errors)
            {
                await error.WriteLineAsync(finding.ToString());
            }
            return ExitCode.Bad;
        }
        if (!file.Host.HasRuntimeEntries)
        {
            await error.WriteLineAsync("Keys made at run time are off: no admin key is configured. Add one to 'host.admin.keys' ('AiGateway keys new' makes a key and its hash) and restart the gateway; or paste what 'keys new' prints into 'callers'.");
            return ExitCode.Bad;
        }
        using var database = file.Host.Ledger?.Postgres is { } address ? new PostgresDatabase(address) : null;
        using var store = RuntimeStores.Open(file.Host, database, clock);
        using var book = new EntryBook(store);
        try
        {
            return action switch
            {
                "list" => await ListAsync(book, file),
                "create" => await CreateAsync(book, file, options),
                _ => await RevokeAsync(book, file, options.Operands[0]),
            };
        }
        catch (StoreException e)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCode.Bad;
        }
    }

    private static string Actor => $"cli:{Environment.UserName}";

    private async Task<int> ListAsync(EntryBook book, Snapshot file)
    {
        await book.CatchUpAsync(CancellationToken.None);
        var (set, now) = (book.Current, clock.GetUtcNow());
        foreach (var key in EntryView.OfFile(file, EntryKind.Key, now).Concat(set.Of(EntryKind.Key).Select(entry => EntryView.Of(entry, file, set, now))).OrderBy(static view => view.Id, StringComparer.Ordinal))
        {
            await output.WriteLineAsync($"{key.Id,-32} {key.Status,-9} {(key.Entry is null ? "file" : "api"),-5} {key.Caller?.Organisation ?? "-"}/{key.Caller?.Team ?? "-"}/{key.Caller?.Project ?? "-"}");
        }
        return ExitCode.Good;
    }

    private async Task<int> CreateAsync(EntryBook book, Snapshot file, Options options)
    {
        var body = new JsonObject();
        foreach (var name in (string[])[.. Owner, "expires"])
        {
            if (options.Value(name) is { } value)
            {
                body[name] = value;
            }
        }
        if (options.Values("alias").ToArray() is { Length: > 0 } aliases)
        {
            body["aliases"] = new JsonArray([.. aliases.Select(static alias => (JsonNode)alias)]);
        }
        var draft = new EntryDraft(EntryKind.Key, options.Value("id"), null, body, null);
        var outcome = await book.ChangeAsync((set, made) => new EntryDecisions(file, set, Actor, clock.GetUtcNow()).Create(draft, made), Actor, null, CancellationToken.None);
        if (await TellAsync(outcome) is { } exitCode)
        {
            return exitCode;
        }
        await output.WriteLineAsync(outcome.Key is { } key
            ? $"""
              The key '{outcome.Entry!.Id}', shown this once only:

                {key}
              """
            : $"The key '{outcome.Entry!.Id}' is there already, and says the same; it is not shown again.");
        return ExitCode.Good;
    }

    private async Task<int> RevokeAsync(EntryBook book, Snapshot file, string id)
    {
        var outcome = await book.ChangeAsync((set, _) => new EntryDecisions(file, set, Actor, clock.GetUtcNow()).Remove(EntryKind.Key, id, null), Actor, null, CancellationToken.None);
        if (await TellAsync(outcome) is { } exitCode)
        {
            return exitCode;
        }
        await output.WriteLineAsync(outcome.IsRepetition ? $"The key '{id}' was revoked before." : $"The key '{id}' is revoked. Running gateways refuse it within a second.");
        return ExitCode.Good;
    }

    private async Task<int?> TellAsync(EntryOutcome outcome)
    {
        foreach (var warning in outcome.Warnings)
        {
            await error.WriteLineAsync(warning);
        }
        if (outcome.Problem is not { } problem)
        {
            return null;
        }
        foreach (var message in problem.Errors.Count > 0 ? problem.Errors : [problem.Message])
        {
            await error.WriteLineAsync(message);
        }
        return ExitCode.Bad;
    }
}
