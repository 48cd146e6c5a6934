using System.Globalization;

namespace AiGateway.LoadTest.Measuring;

/// <summary>CPU and memory of another process, from <c>/proc</c>.</summary>
internal static class ProcessUsage
{
    // USER_HZ is 100 on every Linux architecture that .NET runs on (man 5 proc; sysconf(_SC_CLK_TCK)).
    private const double MicrosecondsPerTick = 10_000;

    /// <summary>User plus system time since the process began, in µs; resolution 10 ms, so windows should last seconds.</summary>
    public static double CpuMicroseconds(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // The second field is the command in parentheses and may hold spaces: count from the last one. utime and stime are fields 14 and 15.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) * MicrosecondsPerTick;
    }

    /// <summary>Resident set in bytes. Read from <c>status</c> and not from <c>smaps_rollup</c>, which walks the page tables under a lock and would disturb what is measured.</summary>
    public static long ResidentBytes(int process)
    {
        const string Label = "VmRSS:";
        foreach (var line in File.ReadLines($"/proc/{process}/status"))
        {
            if (line.StartsWith(Label, StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(Label.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
            }
        }
        throw new InvalidDataException($"/proc/{process}/status has no line '{Label}'.");
    }
}
