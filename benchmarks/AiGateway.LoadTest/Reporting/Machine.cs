using System.Globalization;
using System.Runtime.InteropServices;

namespace AiGateway.LoadTest.Reporting;

/// <summary>The machine of a report: figures mean nothing without it.</summary>
internal static class Machine
{
    /// <summary>One line: processor, cores, memory, kernel, runtime.</summary>
    public static string Describe()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024 * 1024);
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        return $"{processor}, {Environment.ProcessorCount} cores, {memory} GiB, Linux {kernel}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}";
    }

    /// <summary>CPU seconds the whole machine has been busy since it began, without time stolen by the hypervisor; and the stolen ones.</summary>
    public static (double Busy, double Stolen) CpuSeconds()
    {
        // cpu  user nice system idle iowait irq softirq steal guest guest_nice, in 1/100 s (man 5 proc).
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        return ((fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / 100.0, fields[7] / 100.0);
    }

    /// <summary>CPU seconds used by this process and the children it has waited for.</summary>
    public static double OwnCpuSeconds()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ').Skip(11).Take(4).Sum(f => long.Parse(f, CultureInfo.InvariantCulture)) / 100.0;
    }
}
