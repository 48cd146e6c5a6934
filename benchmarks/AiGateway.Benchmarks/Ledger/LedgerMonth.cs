using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Benchmarks.Ledger;

/// <summary>A month of made-up usage, the same each time: 500 keys of 40 teams, 12 models at 5 providers, more by day than by night.</summary>
internal sealed class LedgerMonth(long requests)
{
    /// <summary>The month's beginning.</summary>
    public static readonly DateTimeOffset From = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Its end.</summary>
    public static readonly DateTimeOffset To = From.AddMonths(1);

    private const int Callers = 500;
    private const int Teams = 40;
    private const int Models = 12;
    private const int Users = 20_000;

    private static readonly string[] CallerNames = [.. Enumerable.Range(0, Callers).Select(i => $"key-{i}")];
    private static readonly string[] TeamNames = [.. Enumerable.Range(0, Teams).Select(i => $"team-{i}")];
    private static readonly string[] ModelNames = [.. Enumerable.Range(0, Models).Select(i => $"model-{i}")];
    private static readonly string[] UserNames = [.. Enumerable.Range(0, Users).Select(i => $"user-{i}@example.com")];
    private static readonly string[] Tags = [.. Enumerable.Range(0, 100).Select(i => $$"""{"cost-centre":"{{4000 + i}}","feature":"search"}""")];

    /// <summary>The request of a number from 0 on.</summary>
    public LedgerRequest this[long number]
    {
        get
        {
            var chance = Mix((ulong)number);
            var at = From + ((To - From) * ((double)number / requests));
            var caller = (int)(chance % Callers);
            // Each key uses a few models only.
            var model = (caller + (int)(chance >> 20 & 3)) % Models;
            var failed = (chance >> 24) % 50 == 0;
            var usage = failed ? null : new Usage { InputTokens = 200 + (long)(chance >> 30 & 4095), CachedInputTokens = (long)(chance >> 30 & 127), OutputTokens = 20 + (long)(chance >> 42 & 511) };
            return new LedgerRequest
            {
                Id = RequestId.New(at),
                At = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()),
                Caller = CallerNames[caller],
                Organisation = "acme",
                Team = TeamNames[caller % Teams],
                Project = "project",
                User = UserNames[chance >> 8 & 16383],
                Tags = Tags[caller % Tags.Length],
                Alias = ModelNames[model],
                Operation = "chat_completions",
                Status = failed ? 502 : 200,
                Outcome = failed ? "rejected" : "completed",
                Error = failed ? "upstream_error" : null,
                DurationMicroseconds = (long)(chance >> 33 & 0xFFFFF),
                UpstreamMicroseconds = (long)(chance >> 33 & 0xFFFFF),
                ConfigVersion = "0123456789ab",
                Lines = [Line(model, usage, failed)],
            };
        }
    }

    private static LedgerLine Line(int model, Usage? usage, bool failed) => new()
    {
        Kind = LedgerCallKind.Answer,
        Deployment = ModelNames[model],
        Provider = $"provider-{model % 5}",
        Model = ModelNames[model],
        UpstreamModel = ModelNames[model],
        ResponseModel = failed ? null : ModelNames[model],
        Dialect = "openai",
        Outcome = failed ? "server_error" : "succeeded",
        Status = failed ? 503 : 200,
        Usage = usage,
        Cost = usage is null ? null : CostOf(usage),
        StartedMicroseconds = 300,
        DurationMicroseconds = 250_000,
    };

    private static Cost CostOf(Usage usage)
    {
        var (input, cached, output) = ((usage.InputTokens - usage.CachedInputTokens) * 0.00000015m, usage.CachedInputTokens * 0.000000075m, usage.OutputTokens * 0.0000006m);
        return new Cost(input + cached + output, null) { Input = input, CachedInput = cached, Output = output, PriceSet = "standard" };
    }

    // SplitMix64 (Steele, Lea, Flood, 2014): the same for a number each time, without a state.
    private static ulong Mix(ulong number)
    {
        var mixed = (number + 1) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
