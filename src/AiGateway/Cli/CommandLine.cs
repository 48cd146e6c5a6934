using AiGateway.Accounting;
using AiGateway.Admin;
using AiGateway.Configuration.Yaml;
using AiGateway.Pipeline;

namespace AiGateway.Cli;

/// <summary>The commands beside running the gateway.</summary>
/// <param name="output">Where results go.</param>
/// <param name="error">Where errors go.</param>
/// <param name="environment">Looks an environment variable up.</param>
/// <param name="clock">The time.</param>
/// <param name="costs">Prices for <c>explain</c>, made when they are needed.</param>
internal sealed class CommandLine(TextWriter output, TextWriter error, Func<string, string?> environment, TimeProvider clock, Func<ICostCalculator> costs)
{
    private const string Usage = """
        AiGateway: an AI gateway for OpenAI, Anthropic and Gemini clients.

        FILE is the routing file; where it may stand alone, --config FILE is the same. Default: the file that AIGATEWAY_CONFIG
        names, else config/gateway.yaml.

          AiGateway [run] [--config FILE]         start the gateway
          AiGateway check [FILE]                  validate a routing file; say what is on and what is off
          AiGateway explain [FILE] --model M      say where a request would go, and why
              [--key KEY | --caller ID]           whose request it is
              [--operation chat_completions]      what is asked for
              [--header NAME=VALUE]...            request headers, x-gateway-tags among them
              [--tokens N] [--stream] [--tools] [--images] [--json-schema] [--user U]
              [--body FILE]                       a whole request body instead of the line above
          AiGateway keys new [--id ID] [--project P] [--team T] [--organisation O] [--alias NAME]... [--expires DATE]
                                                  make a key, and its entry for the routing file
          AiGateway keys list                     keys of the routing file, and those made at run time
          AiGateway keys create [--id ID] [--project P] [--team T] [--organisation O] [--alias NAME]... [--expires DATE]
                                                  make a key in the store that the running gateways watch
          AiGateway keys revoke ID                revoke one of those, for good
              [--config FILE]                     for all three: says where the store lies
          AiGateway report [FILE] [--from D] [--to D] [--by team,model] [--format table|csv|json]
              [--team T]... [--model M]...        spend, tokens and requests of a period (default: this month),
              [--tag NAME=VALUE]...
              [--tz ZONE] [--data FOLDER]         also by and for caller, organisation, project, alias, operation,
              [--limit N] [--offset N]            deployment, provider, status, kind, and by hour, day, month, tag:NAME
              [--as-recorded | --as-of D]         without restatements, or with those made before D
              [--currency EUR] [--rates CSV]      in another currency, by the rate of each day
          AiGateway ledger verify [--from D] [--to D]
                                                  recompute the ledger's hash chain; name the first row that does not fit
          AiGateway ledger export --output FOLDER [--from D] [--to D]
              [--by hour|day] [--tags app,cost-centre] [--focus-version 1.2|1.3|1.4]
                                                  a FinOps FOCUS file for each day (default: yesterday)
          AiGateway ledger stats                  what the ledger holds
          AiGateway ledger erase --user NAME      erase a user's name, and tags that hold it
          AiGateway ledger backup COPY            copy the ledger's file while the gateway runs
          AiGateway ledger restate --from D [--to D] --reason TEXT [--model M]... [--provider P]... [--dry-run]
                                                  price calls anew by the prices as they are now; both figures are kept
          AiGateway ledger close MONTH [--tz ZONE] [--reason TEXT]
                                                  close a month (2026-10): its figures stand from then on
          AiGateway ledger corrections            who restated and closed what, when and why
              [--by NAME]                         who restates or closes; default: the system's user
              [--config FILE | --data FOLDER]     for all of them: where the ledger lies
          AiGateway reconcile --file COSTS [--file USAGE] [--provider P]... [--from D] [--to D] [--format table|csv|json]
              [--map NAME=MODEL]... [--rate EUR=1.08]  the ledger against a provider's own export (OpenAI, Anthropic, Azure,
              [--column day=C]... [--tz ZONE]     AWS, FOCUS, any CSV): by day and model, what differs and why
              [--mapping YAML] [--tolerance USD] [--data FOLDER]   the same in a file, for every month
          AiGateway cache stats [FILE]            what the running gateway's cache of answers holds, and has saved
          AiGateway cache purge [FILE]            take answers out of it
              (--alias A | --team T | --model M | --tag NAME=VALUE | --key K | --all)
              [--url URL]                         for both: another gateway's admin listener than the file's; its key, if it
                                                  asks for one, in AIGATEWAY_ADMIN_KEY
          AiGateway health [FILE] [--url URL]
                                                  ask the running gateway whether it is alive
          AiGateway translate --from D --to D     what another dialect's side would get of a request, an answer or
              [--kind request|response|stream]    a recorded stream (D: openai, responses, anthropic, gemini, converse,
              [--model M] [INPUT]                 cohere, mistral, ollama); what is lost goes to standard error
          AiGateway prices cost [INPUT]           price usage: JSON lines in (INPUT or standard input), JSON lines out
              [--prices LIST] [--config FILE]     by another price list, with the prices of a routing file
          AiGateway prices check [LIST]           validate a price list
          AiGateway prices diff OLD NEW           what changed between two price lists
              [--usage FILE] [--config FILE]      and what that does to a spend (a ledger or its folder, lines as for cost,
              [--from DAY] [--to DAY]             or request records)
          AiGateway prices diff [OLD] NEW --ledger
              [--config FILE] [--data FOLDER]     what last month (or --from, --to) would have cost by the newer list, by model
          AiGateway prices set --model P/M --from DATE --input USD --output USD
              [--tier T] [--cached-input USD]...  [--file LIST]
                                                  a new price from a day on
          AiGateway schema                        print the JSON Schema of the routing file
          AiGateway openapi                       print the OpenAPI document of the admin listener
          AiGateway version | help

        Exit codes: 0 good, 1 not valid, not healthy or no plan, 2 wrong command line.
        """;

    /// <summary>Runs the command in <paramref name="args"/> with the process's own environment.</summary>
    /// <returns>The exit code; null when the gateway is to start.</returns>
    public static Task<int?> RunAsync(string[] args, TextWriter output, TextWriter error) =>
        new CommandLine(output, error, Environment.GetEnvironmentVariable, TimeProvider.System, static () => new CostCalculator(PriceCatalogue.LoadDefault())).RunAsync(args);

    /// <summary>Runs the command in <paramref name="args"/>.</summary>
    /// <returns>The exit code; null when the gateway is to start.</returns>
    public async Task<int?> RunAsync(string[] args)
    {
        var command = args.Length == 0 || args[0].StartsWith("--config", StringComparison.Ordinal) ? "run" : args[0];
        var rest = args.Length == 0 || command != args[0] ? args : args[1..];
        switch (command)
        {
            case "run":
                return await RunAsync(Options.Parse(rest, [Options.Config], [], maxOperands: 0), static _ => Task.FromResult<int?>(null));
            case "check":
                return await RunAsync(Options.ParseWithFile(rest, [], []), async options => await new CheckCommand(output, error, environment, clock).RunAsync(options));
            case "explain":
                return await RunAsync(Options.ParseWithFile(rest, ExplainCommand.Valued, ExplainCommand.Flags), async options => await new ExplainCommand(output, error, environment, clock, costs).RunAsync(options));
            case "keys" when rest is ["new", ..]:
                return await RunAsync(Options.Parse(rest.AsSpan(1), KeysCommand.Valued, [], maxOperands: 0), async options => await new KeysCommand(output, error).RunAsync(options));
            case "keys" when rest is [var action, ..] && RuntimeKeysCommand.Actions.Contains(action):
                return await RunAsync(RuntimeKeysCommand.Parse(action, rest.AsSpan(1)), async options => await new RuntimeKeysCommand(output, error, environment, clock).RunAsync(action, options));
            case "report":
                return await RunAsync(Options.ParseWithFile(rest, ReportCommand.Valued, ReportCommand.Flags), async options => await new ReportCommand(output, error, Ledger, environment, clock).RunAsync(options));
            case "ledger" when rest is ["export", ..]:
                return await RunAsync(Options.ParseWithFile(rest.AsSpan(1), FocusExportCommand.Valued, []), async options => await new FocusExportCommand(output, error, Ledger, environment, clock).RunAsync(options));
            case "ledger" when rest is [var action, ..] && LedgerCommand.Actions.Contains(action):
                return await RunAsync(LedgerCommand.Parse(action, rest.AsSpan(1)), async options => await new LedgerCommand(output, error, Ledger, clock).RunAsync(action, options));
            case "ledger" when rest is [var action, ..] && LedgerCorrectionCommand.Actions.Contains(action):
                return await RunAsync(LedgerCorrectionCommand.Parse(action, rest.AsSpan(1)), async options => await new LedgerCorrectionCommand(output, error, Ledger, environment, clock).RunAsync(action, options));
            case "reconcile":
                return await RunAsync(Options.ParseWithFile(rest, ReconcileCommand.Valued, []), async options => await new ReconcileCommand(output, error, Ledger, clock).RunAsync(options));
            case "cache" when rest is [var action, ..] && CacheCommand.Actions.Contains(action):
                return await RunAsync(CacheCommand.Parse(action, rest.AsSpan(1)), async options => await new CacheCommand(output, error, environment).RunAsync(action, options));
            case "health":
                return await RunAsync(Options.ParseWithFile(rest, ["url"], []), async options => await new HealthCommand(output, error, environment).RunAsync(options));
            case "translate":
                return await RunAsync(Options.Parse(rest, TranslateCommand.Valued, [], maxOperands: 1), async options => await new TranslateCommand(Console.OpenStandardInput, Console.OpenStandardOutput, error).RunAsync(options));
            case "prices":
                var (exitCode, problem) = await new PricesCommand(Console.OpenStandardInput, Console.OpenStandardOutput, output, error, environment, clock).RunAsync(rest);
                return problem is null ? exitCode : await MisuseAsync(problem);
            case "schema" when rest.Length == 0:
                await output.WriteAsync(JsonSchema.Write());
                return ExitCode.Good;
            case "openapi" when rest.Length == 0:
                await output.WriteAsync(AdminOpenApi.Write());
                return ExitCode.Good;
            case "version" or "--version" when rest.Length == 0:
                await output.WriteLineAsync(ProductVersion.Full);
                return ExitCode.Good;
            case "help" or "--help" or "-h":
                await output.WriteLineAsync(Usage);
                return ExitCode.Good;
            default:
                return await MisuseAsync(command switch
                {
                    "keys" => "'keys' is followed by new, list, create or revoke.",
                    "cache" => "'cache' is followed by stats or purge.",
                    "ledger" => "'ledger' is followed by verify, export, stats, erase, backup, restate, close or corrections.",
                    _ => $"Unknown command '{string.Join(' ', args)}'.{Suggestion.For(command, ["check", "explain", "keys", "report", "ledger", "reconcile", "cache", "health", "translate", "prices", "schema", "openapi", "version", "help", "run"])}",
                });
        }
    }

    private LedgerFinder Ledger => new(error, environment, clock);

    private async Task<int?> RunAsync(Options options, Func<Options, Task<int?>> command) =>
        options.Problem is null ? await command(options) : await MisuseAsync(options.Problem);

    private async Task<int?> MisuseAsync(string problem)
    {
        await error.WriteLineAsync(problem);
        await error.WriteLineAsync();
        await error.WriteLineAsync(Usage);
        return ExitCode.Misuse;
    }
}
