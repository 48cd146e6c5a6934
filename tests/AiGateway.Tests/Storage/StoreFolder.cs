using System.Text;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Storage;
using AiGateway.Tests.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Tests.Storage;

/// <summary>A temporary folder with a store's file.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-store-").FullName;

    /// <summary>The file.</summary>
    public string File => Path.Combine(_folder, "data", StorageExtensions.FileName);

    /// <summary>What the stores on the file are measured with.</summary>
    public MetricsHost Telemetry { get; } = new();

    /// <summary>Opens a store on the file.</summary>
    public SqliteConversationStore Open(TimeProvider? clock = null, StoreResponsesModel? limits = null, string secret = "a secret") => new(
        File, limits ?? StoreResponsesModel.Default, new SealedContent(Encoding.UTF8.GetBytes(secret)), clock ?? TimeProvider.System, Telemetry.Store, NullLogger<SqliteConversationStore>.Instance);

    /// <summary>A response with a recognisable content.</summary>
    public static KeptResponse Response(string tenant, string id, string? previous = null, int size = 40) =>
        new(tenant, id, previous, Encoding.UTF8.GetBytes($"[\"input of {id}\"]"), Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\",\"text\":\"{new string('x', size)}\"}}"));

    /// <summary>All bytes on disk, side files included.</summary>
    public byte[] Bytes() => [.. Directory.EnumerateFiles(Path.GetDirectoryName(File)!).SelectMany(ReadShared)];

    public void Dispose()
    {
        Telemetry.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
