using AiGateway.Accounting;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Configuration.Yaml;
using AiGateway.Hosting;

namespace AiGateway.Cli;

/// <summary><c>prices</c>: cost, check, diff and set.</summary>
/// <param name="input">Opens the standard input.</param>
/// <param name="stream">Opens the standard output, for many lines.</param>
/// <param name="output">Where reports go.</param>
/// <param name="error">Where errors go.</param>
/// <param name="environment">Looks an environment variable up.</param>
/// <param name="clock">The time.</param>
internal sealed class PricesCommand(Func<Stream> input, Func<Stream> stream, TextWriter output, TextWriter error, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>Runs <c>prices</c> with what follows it.</summary>
    /// <returns>The exit code, and what is wrong with the command line; null when nothing is.</returns>
    public async Task<(int ExitCode, string? Problem)> RunAsync(string[] args)
    {
        var verb = args.Length > 0 ? args[0] : "";
        var options = verb switch
        {
            "cost" => Options.Parse(args.AsSpan(1), ["prices", "config"], [], maxOperands: 1),
            "check" => Options.Parse(args.AsSpan(1), [], [], maxOperands: 1),
            "diff" => Options.Parse(args.AsSpan(1), ["usage", "config", "data", "from", "to"], ["ledger"], maxOperands: 2),
            "set" => Options.Parse(args.AsSpan(1), PricesSetCommand.Valued, [], maxOperands: 0),
            _ => null,
        };
        var problem = options is null
            ? $"'prices' is followed by cost, check, diff or set, not by '{verb}'.{Suggestion.For(verb, ["cost", "check", "diff", "set"])}"
            : options.Problem ?? (verb == "diff" ? PricesDiffCommand.ProblemOf(options) : null);
        if (problem is not null)
        {
            return (ExitCode.Misuse, problem);
        }
        return (await RunAsync(verb, options!), null);
    }

    /// <summary>The price list that the gateway itself would use.</summary>
    public static string ListPath(Func<string, string?> environment) =>
        environment(PriceCatalogue.PathVariable) is { Length: > 0 } path ? path : Path.Combine(AppContext.BaseDirectory, "config", "prices.json");

    private Task<int> RunAsync(string verb, Options options) => verb switch
    {
        "cost" => CostAsync(options),
        "check" => new PricesCheckCommand(output, error).RunAsync(options.Operands.Count > 0 ? options.Operands[0] : ListPath(environment)),
        "diff" => DiffAsync(options),
        _ => new PricesSetCommand(output, error, clock).RunAsync(options, options.Value("file") ?? ListPath(environment)),
    };

    private async Task<int> DiffAsync(Options options)
    {
        DateTimeOffset? End(string name) => options.Value(name) is { } text ? PeriodWords.Read(text, TimeZoneInfo.Utc, clock.GetUtcNow()) : null;
        var (from, to) = (End("from"), End("to"));
        if ((from is null && options.Value("from") is not null) || (to is null && options.Value("to") is not null))
        {
            await error.WriteLineAsync($"'--from' and '--to' take {PeriodWords.Forms}.");
            return ExitCode.Misuse;
        }
        GatewayConfig? config = null;
        var isOfLedger = options.Has("ledger");
        if ((isOfLedger ? RoutingFilePath.From(options, environment) : options.Value("config")) is { } file && (config = await RoutingPrices.ReadAsync(file, environment, error)) is null)
        {
            return ExitCode.Misuse;
        }
        var (older, newer) = (options.Operands.Count == 2 ? options.Operands[0] : ListPath(environment), options.Operands[^1]);
        var command = new PricesDiffCommand(output, error);
        if (!isOfLedger)
        {
            return await command.RunAsync(older, newer, options.Value("usage"), from, to, config);
        }
        using var place = await new LedgerFinder(error, environment, clock).FindAsync(options);
        if (place is null)
        {
            return ExitCode.Bad;
        }
        var now = clock.GetUtcNow();
        var compared = await command.RunAsync(older, newer, null, null, null, config);
        return compared != ExitCode.Good ? compared : await command.LedgerAsync(
            newer, place, from ?? PeriodWords.Read("last-month", TimeZoneInfo.Utc, now)!.Value, to ?? (from is null ? PeriodWords.Read("this-month", TimeZoneInfo.Utc, now)!.Value : now), config!, clock);
    }

    private async Task<int> CostAsync(Options options)
    {
        PriceCatalogue catalogue;
        try
        {
            var path = options.Value("prices") ?? ListPath(environment);
            catalogue = PriceCatalogue.Load(path);
            if (options.Value("prices") is not null)
            {
                catalogue.Check(path);
            }
        }
        catch (InvalidDataException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Misuse;
        }
        GatewayConfig? config = null;
        if (options.Value("config") is { } file && (config = await RoutingPrices.ReadAsync(file, environment, error)) is null)
        {
            return ExitCode.Misuse;
        }
        return await new PricesCostCommand(error).RunAsync(catalogue, config, options.Operands.Count > 0 ? options.Operands[0] : null, input, stream);
    }
}
