using AiGateway.Configuration;
using AiGateway.Configuration.Yaml;
using AiGateway.Hosting;
using AiGateway.Pipeline;
using AiGateway.Routing;

namespace AiGateway.Cli;

/// <summary><c>explain</c>: which rule a request matches, why the others do not, what a cache would do, and which deployments would be tried in which order.</summary>
/// <remarks>Shows a gateway that has just started: no latencies, nothing resting. Chance is real: run it again to see another draw.</remarks>
internal sealed class ExplainCommand(TextWriter output, TextWriter error, Func<string, string?> environment, TimeProvider clock, Func<ICostCalculator> costs)
{
    public static readonly string[] Valued = ["model", "header", "key", "caller", "operation", "body", "tokens", "user"];
    public static readonly string[] Flags = ["stream", "tools", "images", "json-schema"];

    /// <summary>0 when there is a plan, 1 when the request would be refused.</summary>
    public async Task<int> RunAsync(Options options)
    {
        if (options.Value("model") is not { Length: > 0 } model)
        {
            return await MisuseAsync("'explain' needs '--model', the model name that a caller would send.");
        }
        if (options.Value("key") is not null && options.Value("caller") is not null)
        {
            return await MisuseAsync("Give '--key' or '--caller', not both.");
        }
        var headers = new HeaderDictionary();
        foreach (var header in options.Values("header"))
        {
            var separator = header.IndexOfAny(['=', ':']);
            if (separator <= 0)
            {
                return await MisuseAsync($"'--header {header}' must have the form NAME=VALUE.");
            }
            headers.Append(header[..separator].Trim(), header[(separator + 1)..].Trim());
        }
        var (request, problem) = await SampleRequest.MakeAsync(options, model);
        if (request is null)
        {
            return await MisuseAsync(problem!);
        }

        var result = new ConfigurationLoader(new StateRegistry(), environment, clock).Load(RoutingFilePath.From(options, environment));
        if (result.Snapshot is not { } snapshot)
        {
            foreach (var finding in result.Errors)
            {
                await error.WriteLineAsync(finding.ToString());
            }
            return ExitCode.Bad;
        }
        var caller = FindCaller(snapshot, options);
        if (caller is null)
        {
            return await RefuseAsync(options.Value("key") is null
                ? $"No caller has the id '{options.Value("caller")}'.{Suggestion.For(options.Value("caller")!, snapshot.Callers.All.Select(known => known.Id))} Known: {Words.List(snapshot.Callers.All.Select(known => known.Id))}."
                : "No caller has this key: the request would be refused with 401.");
        }
        try
        {
            return await ExplainAsync(snapshot, caller, request, headers, options.Value("body") is not null);
        }
        catch (InvalidDataException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Bad;
        }
    }

    private async Task<int> ExplainAsync(Snapshot snapshot, CallerModel caller, GatewayRequest request, HeaderDictionary headers, bool isCallersBody)
    {
        await output.WriteLineAsync($"caller: {caller.Id}{(caller.Team is null ? "" : $", team {caller.Team}")}");
        if (caller.Disabled || caller.Expires <= clock.GetUtcNow())
        {
            return await RefuseAsync($"The key is {(caller.Disabled ? "disabled" : $"expired since {caller.Expires:O}")}: the request would be refused with 401.");
        }
        if (snapshot.Aliases.Find(request.Model) is not { } alias)
        {
            return await RefuseAsync(WhyUnknown(snapshot, request.Model));
        }
        await output.WriteLineAsync($"alias:  {alias.Name}{(alias.IsWildcard ? $" (* is '{request.Model[alias.PrefixLength..]}')" : "")}");
        if (!caller.MayUse(alias, request.Model))
        {
            return await RefuseAsync($"The caller may not use it: the request would be refused with 403. Allowed: {Words.List(caller.AllowedNames.Concat(caller.AllowedPrefixes.Select(prefix => prefix + "*")))}.");
        }

        var trace = new List<string>();
        // Tags come out of their header in the request reader, which explain does not run.
        var tagged = WithTags(request, headers["x-gateway-tags"].ToString());
        var plans = new PlanBuilder(costs(), new SharedRandomSource(), clock);
        var plan = plans.Build(alias, new RoutingInput(caller, headers, tagged, snapshot, tagged.Model), trace);
        if (plan is not null && alias.UnknownPrice == UnknownPrice.Reject)
        {
            plan = plans.KeepPriced(plan, snapshot, trace);
        }
        foreach (var line in trace)
        {
            await output.WriteLineAsync("  " + line);
        }
        if (plan is null)
        {
            return await RefuseAsync("No deployment is left: the request would be refused. Either no rule matches, or the providers of the one that does are off, do not serve this operation, or have no known price where one is asked for.");
        }
        var exchange = new Exchange { Id = "", Snapshot = snapshot, StartedAt = clock.GetUtcNow(), StartTimestamp = clock.GetTimestamp(), Caller = caller, Request = tagged, Plan = plan };
        if (CacheVerdict.Of(exchange, headers, isCallersBody) is { } verdict)
        {
            await output.WriteLineAsync($"cache:  {verdict}");
        }
        await output.WriteLineAsync($"tried in this order, at most {alias.Retries.MaxAttempts} attempts, {alias.Retries.MaxPerDeployment} per deployment:");
        for (var i = 0; i < plan.Deployments.Length; i++)
        {
            var deployment = plan.Deployments[i];
            await output.WriteLineAsync($"  {i + 1}. {deployment.Id}: model {plan.UpstreamModelFor(deployment)} at {deployment.Provider.Id} ({AddressOf(deployment.Provider)})");
        }
        await WriteFallbackAsync("when the prompt is too long", plan.ContextWindowFallback);
        await WriteFallbackAsync("when its content policy refuses", plan.ContentPolicyFallback);
        return ExitCode.Good;
    }

    private static CallerModel? FindCaller(Snapshot snapshot, Options options)
    {
        if (options.Value("key") is { } key)
        {
            Span<byte> hash = stackalloc byte[KeyHash.Length];
            return KeyHash.TryCompute(key, hash) ? snapshot.Callers.Find(hash) : null;
        }
        if (options.Value("caller") is { } id)
        {
            return snapshot.Callers.All.FirstOrDefault(caller => caller.Id == id);
        }
        return CallerModel.Anonymous;
    }

    private static string WhyUnknown(Snapshot snapshot, string model)
    {
        foreach (var off in snapshot.AliasesOff)
        {
            if (off.Name == model || (off.Name.EndsWith('*') && model.StartsWith(off.Name[..^1], StringComparison.Ordinal)))
            {
                return $"The alias {off.Name} is off: {off.Reason}. The request would be refused with 404.";
            }
        }
        return $"No alias has the name '{model}': the request would be refused with 404.{Suggestion.For(model, snapshot.Config.Aliases.Keys)} Offered: {Words.List(snapshot.Aliases.All.Select(alias => alias.Name))}.";
    }

    private static GatewayRequest WithTags(GatewayRequest request, string header)
    {
        var tags = header.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(tag => tag.Split('=', 2, StringSplitOptions.TrimEntries))
            .Where(parts => parts.Length == 2)
            .Select(parts => new KeyValuePair<string, string>(parts[0], parts[1]));
        return new GatewayRequest { Operation = request.Operation, Model = request.Model, Body = request.Body, Facts = request.Facts, ContentType = request.ContentType, Tags = [.. tags] };
    }

    private static string AddressOf(ProviderModel provider) =>
        provider.BaseUrl == ProviderPresets.SimulatedBaseUrl ? "built in; its answers are made up" : provider.BaseUrl;

    private async Task WriteFallbackAsync(string when, DeploymentModel[] deployments)
    {
        if (deployments.Length > 0)
        {
            await output.WriteLineAsync($"{when}: {string.Join(", ", deployments.Select(deployment => deployment.Id))}");
        }
    }

    private async Task<int> RefuseAsync(string why)
    {
        await output.WriteLineAsync(why);
        return ExitCode.Bad;
    }

    private async Task<int> MisuseAsync(string problem)
    {
        await error.WriteLineAsync(problem);
        return ExitCode.Misuse;
    }
}
