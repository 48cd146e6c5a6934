using System.Globalization;
using System.Text.Json;
using AiGateway.Admin;
using AiGateway.Configuration;

namespace AiGateway.Cli;

/// <summary><c>cache stats|purge</c>: asks the running gateway's admin listener, with the key in <c>AIGATEWAY_ADMIN_KEY</c> where one is needed.</summary>
internal sealed class CacheCommand(TextWriter output, TextWriter error, Func<string, string?> environment)
{
    /// <summary>The words that may follow <c>cache</c>.</summary>
    public static readonly string[] Actions = ["stats", "purge"];

    private const string KeyVariable = "AIGATEWAY_ADMIN_KEY";

    private static readonly string[] Choices = [.. CacheEndpoint.Names.Where(static name => name != "all")];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Reads an action's arguments.</summary>
    public static Options Parse(string action, ReadOnlySpan<string> args) =>
        Options.ParseWithFile(args, action == "purge" ? ["url", .. Choices] : ["url"], action == "purge" ? ["all"] : []);

    /// <summary>0 when it is done, 1 when the gateway refuses or does not answer.</summary>
    public async Task<int> RunAsync(string action, Options options)
    {
        var query = "";
        if (action == "purge")
        {
            var chosen = Choices.Where(options.Has).ToList();
            if (chosen.Count + (options.Has("all") ? 1 : 0) != 1)
            {
                await error.WriteLineAsync("'cache purge' takes one of --key, --alias, --team, --model, --tag NAME=VALUE, and --all.");
                return ExitCode.Misuse;
            }
            query = chosen is [var name] ? $"?{name}={Uri.EscapeDataString(options.Value(name)!)}" : "?all=true";
        }
        if (Target(options) is not { } address || !Uri.TryCreate(address.TrimEnd('/') + CacheEndpoint.Path + query, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            await error.WriteLineAsync("There is no admin listener to ask: 'host.admin.listen' is off, or '--url' is no http(s) URL. Name one: --url http://127.0.0.1:8081.");
            return ExitCode.Misuse;
        }
        return await AskAsync(uri, action == "purge" ? HttpMethod.Delete : HttpMethod.Get);
    }

    private async Task<int> AskAsync(Uri uri, HttpMethod method)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var invoker = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(method, uri);
        if (environment(KeyVariable) is { Length: > 0 } key)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            using var response = await invoker.SendAsync(request, deadline.Token);
            var body = await response.Content.ReadAsStringAsync(deadline.Token);
            switch ((int)response.StatusCode)
            {
                case StatusCodes.Status204NoContent:
                    await output.WriteLineAsync("Done. What is in flight at this moment may still be kept.");
                    return ExitCode.Good;
                case StatusCodes.Status200OK:
                    await TellAsync(body);
                    return ExitCode.Good;
                case StatusCodes.Status401Unauthorized:
                    await error.WriteLineAsync($"The gateway asks for an admin key: put it into the environment variable {KeyVariable}.");
                    return ExitCode.Bad;
                default:
                    await error.WriteLineAsync($"{uri} answers {(int)response.StatusCode}: {body}");
                    return ExitCode.Bad;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or JsonException or KeyNotFoundException)
        {
            await error.WriteLineAsync($"{uri} does not answer as a gateway: {exception.Message}");
            return ExitCode.Bad;
        }
    }

    private async Task TellAsync(string body)
    {
        using var stats = JsonDocument.Parse(body);
        var root = stats.RootElement;
        var requests = root.GetProperty("requests");
        long Of(string name) => requests.GetProperty(name).GetInt64();
        var hits = Of("hit") + Of("stale") + Of("semantic_hit") + Of("shared");
        var asked = hits + Of("miss") + Of("refresh");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            answers    {root.GetProperty("entries").GetInt64():N0} in {root.GetProperty("bytes").GetInt64():N0} of {root.GetProperty("max_bytes").GetInt64():N0} bytes
            in flight  {root.GetProperty("in_flight").GetInt32():N0} calls
            requests   {Of("hit"):N0} hits, {Of("stale"):N0} past their time, {Of("semantic_hit"):N0} by meaning, {Of("shared"):N0} shared a call, {Of("miss"):N0} misses, {Of("refresh"):N0} refreshed, {Of("bypass"):N0} passed by
            hit rate   {(asked == 0 ? 0 : 100m * hits / asked):0.0} % of what was looked up
            saved      {root.GetProperty("saved_usd").GetString()} USD since the gateway started
            """));
        foreach (var alias in root.GetProperty("semantic").EnumerateArray())
        {
            await TellAsync(alias);
        }
    }

    private Task TellAsync(JsonElement alias)
    {
        var looks = alias.GetProperty("looks");
        long Of(string name) => looks.GetProperty(name).GetInt64();
        string? Usd(string name) => alias.GetProperty("usd").GetProperty(name).GetString();
        decimal Percent(string name) => 100 * alias.GetProperty(name).GetDecimal();
        return output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""

            by meaning: {alias.GetProperty("alias").GetString()} ({alias.GetProperty("mode").GetString()}), {alias.GetProperty("entries").GetInt64():N0} questions {(alias.GetProperty("index").GetString() == SemanticWords.Redis ? "in Redis" : "in memory")}, {(alias.GetProperty("evidence").GetString() == "shared" ? "evidence of all nodes" : "evidence of this node")}
            looked up  {Of("served"):N0} served, {Of("would_serve"):N0} would be, {Of("checked"):N0} checked, {Of("vetoed"):N0} vetoed by a fact, {Of("untrusted"):N0} not trusted, {Of("nothing_near"):N0} with nothing near
            judged     {alias.GetProperty("judged").GetInt64():N0} answers; {alias.GetProperty("wrong").GetInt64():N0} of {alias.GetProperty("checked").GetInt64():N0} trusted ones wrong ({Percent("wrong_low"):0.0} to {Percent("wrong_high"):0.0} %)
            limit      {Percent("limit"):0.0} % wrong at most, where {Percent("bound"):0.0} % may be; {(alias.GetProperty("limit").GetDecimal() >= 1 ? "nothing is trusted yet" : "trusted hits are served where the mode is on")}
            money      {Usd("saved")} USD saved; {Usd("embedding")} spent on vectors, {Usd("judge")} on comparing answers, {Usd("check")} on live answers to check by
            """));
    }

    /// <summary>The admin listener; null when it is closed.</summary>
    private string? Target(Options options)
    {
        if (options.Value("url") is { } url)
        {
            return url;
        }
        var standard = HostModel.Default.AdminListen!;
        var listen = RunningGateway.HostOf(options, environment, error, standard)?.Admin.Listen;
        return listen == "off" ? null : RunningGateway.AddressOf(listen, standard);
    }
}
