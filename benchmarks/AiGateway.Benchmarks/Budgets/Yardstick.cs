using System.Text;
using System.Text.Json;

namespace AiGateway.Benchmarks.Budgets;

/// <summary>Times as they would be on the machine of the budgets: beside each case a fixed piece of work is timed, which takes as much longer on a slower machine, or in a slow phase of this one.</summary>
/// <remarks>
/// The work is the runtime's own: a body of some hundred bytes is read by its JSON reader. The same build of the gateway
/// differed by a third between two machines of one kind; a budget in plain nanoseconds would have to leave room for that.
/// </remarks>
/// <param name="reference">What the work takes on the machine of the budgets, ns.</param>
/// <param name="leastTime">Measures an operation at its best, ns.</param>
internal sealed class Yardstick(double reference, Func<Action, Task<double>> leastTime)
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes(
        """
        {"model":"chat","temperature":0.25,"max_tokens":256,"stream":true,"stop":["\n","END"],"user":"u-1842","metadata":{"a":1,"b":"two"},
        "messages":[{"role":"system","content":"Answer in one sentence."},{"role":"user","content":"Which river runs through Cologne, and how long is it in all?"},
        {"role":"assistant","content":"The Rhine, with 1,233 kilometres."},{"role":"user","content":"And \"the Elbe\"?"}]}
        """);

    private static int _tokens;

    /// <summary>What the work takes on the machine of the budgets, ns.</summary>
    public double Reference => reference;

    /// <summary>The least it took here, ns.</summary>
    public double Least { get; private set; } = double.MaxValue;

    /// <summary>The most it took here, ns.</summary>
    public double Most { get; private set; }

    /// <summary>Measures an operation between two measurements of the work.</summary>
    /// <returns>Its time on the machine of the budgets, ns.</returns>
    public async Task<double> TimeAsync(Action operation)
    {
        var before = await leastTime(Work);
        var time = await leastTime(operation);
        var after = await leastTime(Work);
        var here = (before + after) / 2;
        (Least, Most) = (Math.Min(Least, here), Math.Max(Most, here));
        return time * reference / here;
    }

    private static void Work()
    {
        var reader = new Utf8JsonReader(Body);
        while (reader.Read())
        {
            _tokens++;
        }
    }
}
