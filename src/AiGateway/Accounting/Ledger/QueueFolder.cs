using System.Globalization;

namespace AiGateway.Accounting.Ledger;

/// <summary>The folder of one process's queue: its segments in order, and a lock that ends with the process.</summary>
/// <remarks>
/// The lock is the operating system's, on a file that is held open: it is gone with the process, however that ends, and the
/// next process on the same data folder finds the folder free and adopts what is in it.
/// </remarks>
internal sealed class QueueFolder : IDisposable
{
    /// <summary>The folder of all queues, in the data folder.</summary>
    public const string RootName = "ledger-queue";

    private const string LockName = "lock";
    private const string SegmentSuffix = ".wal";
    private const string DamagedSuffix = ".damaged";

    private readonly FileStream _lock;

    private QueueFolder(string path, FileStream hold)
    {
        Path = path;
        _lock = hold;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The name of the process whose queue it is.</summary>
    public string Process => System.IO.Path.GetFileName(Path);

    /// <summary>Makes the folder of a new process.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="process">The process's name: new, and a good file name.</param>
    /// <exception cref="IOException">It cannot be made; the message names the ways out.</exception>
    public static QueueFolder Create(string dataFolder, string process)
    {
        var path = System.IO.Path.Combine(dataFolder, RootName, process);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                // Records name users: the owner's eyes only.
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            return new QueueFolder(path, Lock(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The ledger's queue cannot be made: {e.Message} Make the data folder writable, name another one (host.data_folder), or keep no ledger (host.ledger.store: off).", e);
        }
    }

    /// <summary>The folders of processes that have ended, oldest first; they are held from now on.</summary>
    public static List<QueueFolder> Adopt(string dataFolder)
    {
        var root = System.IO.Path.Combine(dataFolder, RootName);
        var adopted = new List<QueueFolder>();
        if (!Directory.Exists(root))
        {
            return adopted;
        }
        foreach (var path in Directory.GetDirectories(root).Order(StringComparer.Ordinal))
        {
            try
            {
                adopted.Add(new QueueFolder(path, Lock(path)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its process lives, or another one was quicker.
            }
        }
        return adopted;
    }

    /// <summary>The path of a segment.</summary>
    public string Segment(long number) => System.IO.Path.Combine(Path, number.ToString("D10", CultureInfo.InvariantCulture) + SegmentSuffix);

    /// <summary>The segments there are, in the order in which they were written.</summary>
    public List<string> Segments() => [.. Directory.GetFiles(Path, "*" + SegmentSuffix).Order(StringComparer.Ordinal)];

    /// <summary>Puts a segment aside that cannot be read to its end.</summary>
    /// <returns>Its new path.</returns>
    public static string PutAside(string segment)
    {
        var aside = segment + DamagedSuffix;
        File.Move(segment, aside, overwrite: true);
        return aside;
    }

    /// <summary>Removes the folder unless something is left in it, and gives up the lock.</summary>
    public void Leave()
    {
        try
        {
            if (Directory.EnumerateFileSystemEntries(Path).All(static path => System.IO.Path.GetFileName(path) == LockName))
            {
                File.Delete(System.IO.Path.Combine(Path, LockName));
                _lock.Dispose();
                Directory.Delete(Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty folder that stays does no harm; the next start removes it.
        }
        Dispose();
    }

    /// <inheritdoc />
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string folder) =>
        new(System.IO.Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
}
