using System.Globalization;

namespace AiGateway.TestKit;

/// <summary>User processor time of a process, and of those of its threads that have a certain name. Linux: /proc/PID/task/TID/stat.</summary>
/// <param name="Named">Clock ticks of the named threads.</param>
/// <param name="All">Clock ticks of all threads.</param>
public readonly record struct ThreadTimes(long Named, long All)
{
    // Fields of proc_pid_stat(5), counted from the first after the name: state is 0, utime 11.
    private const int UserTime = 11;

    /// <summary>What a process has used so far.</summary>
    public static ThreadTimes Of(int processId, string name)
    {
        var (named, all) = (0L, 0L);
        foreach (var task in Directory.EnumerateDirectories($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/task"))
        {
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(task, "stat"));
            }
            catch (IOException)
            {
                // The thread has ended between the listing and now.
                continue;
            }
            var end = stat.LastIndexOf(')');
            var ticks = long.Parse(stat[(end + 2)..].Split(' ')[UserTime], CultureInfo.InvariantCulture);
            all += ticks;
            named += stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end] == name ? ticks : 0;
        }
        return new ThreadTimes(named, all);
    }

    /// <summary>What was used since.</summary>
    public static ThreadTimes operator -(ThreadTimes later, ThreadTimes earlier) => new(later.Named - earlier.Named, later.All - earlier.All);
}
