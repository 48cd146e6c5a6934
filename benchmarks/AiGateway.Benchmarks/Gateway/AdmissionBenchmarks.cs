using System.Runtime.InteropServices;
using AiGateway.Admission;
using AiGateway.Benchmarks.Budgets;
using AiGateway.Configuration;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>One decision over all limits of a request, and its settlement: requests, tokens and spend on nested subjects, and a hard budget.</summary>
[MemoryDiagnoser]
public class AdmissionBenchmarks : IAllocationCase
{
    private const int Callers = 64;
    private const int PerCaller = 200;

    private readonly Limiter _limiter = new(TimeProvider.System);
    private readonly List<Hold> _holds = new(16);
    private Claim[] _claims = [];

    /// <summary>Nested subjects with a limit on requests, tokens and spend each; the budget comes on top.</summary>
    [Params(1, 3, 8)]
    public int Subjects { get; set; } = 3;

    /// <summary>Makes the claims.</summary>
    [GlobalSetup]
    public void Setup() => _claims = Claims(Subjects);

    /// <summary>Admission and settlement by one caller.</summary>
    [Benchmark]
    public int Decide() => Decide(_claims, _holds);

    /// <summary>The same by 64 callers at once; per decision.</summary>
    [Benchmark(OperationsPerInvoke = Callers * PerCaller)]
    public void DecideBy64() => Parallel.For(0, Callers, new ParallelOptions { MaxDegreeOfParallelism = Callers }, _ =>
    {
        var holds = new List<Hold>(16);
        for (var i = 0; i < PerCaller; i++)
        {
            Decide(_claims, holds);
        }
    });

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases()
    {
        Setup();
        return [("admission_decide", () => Decide())];
    }

    private int Decide(Claim[] claims, List<Hold> holds)
    {
        List<LimitRefusal>? shadows = null;
        if (_limiter.TryHold(claims, newRequest: true, holds, ref shadows) is not null)
        {
            throw new InvalidOperationException("A limit that nobody can use up refused.");
        }
        _limiter.Settle(CollectionsMarshal.AsSpan(holds), new Demand(0, 300, 120, 450_000));
        holds.Clear();
        return claims.Length;
    }

    private static Claim[] Claims(int subjects)
    {
        var demand = new Demand(1, 310, 900, 2_000_000);
        const long never = long.MaxValue / 8;
        var claims = Enumerable.Range(0, subjects).Select(i => new Claim(Limit($"limit {i}", LimitSubject.Team,
            new LimitRate(LimitMeasure.Requests, never, TimeSpan.FromMinutes(1)),
            new LimitRate(LimitMeasure.Tokens, never, TimeSpan.FromMinutes(1)),
            new LimitRate(LimitMeasure.Spend, never, TimeSpan.FromHours(1))), $"subject {i}", demand));
        var budget = Limit("budget", LimitSubject.Team, new LimitRate(LimitMeasure.Spend, never, TimeSpan.FromDays(30)) { Calendar = new CalendarPeriod(CalendarUnit.Month, TimeZoneInfo.Utc) });
        return [.. claims, new Claim(budget, "red", demand)];
    }

    private static LimitModel Limit(string id, LimitSubject subject, params LimitRate[] rates) => new() { Id = id, Subject = subject, Except = new HashSet<string>(), Rates = rates };
}
