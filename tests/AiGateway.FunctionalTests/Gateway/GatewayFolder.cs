using System.Diagnostics;
using System.Text.Json;

namespace AiGateway.FunctionalTests.Gateway;

/// <summary>The temporary folder of one gateway: its routing file, its data, its records.</summary>
public sealed class GatewayFolder(string? dataFolder = null) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _path = Directory.CreateTempSubdirectory("aigateway-test-").FullName;

    /// <summary>The routing file.</summary>
    public string RoutingFile => Path.Combine(_path, "gateway.yaml");

    /// <summary>The JSON lines of request records.</summary>
    public string RecordsFile => Path.Combine(_path, "records.jsonl");

    /// <summary>Where the key of stored-object ids lies.</summary>
    public string DataFolder => dataFolder ?? Path.Combine(_path, "data");

    /// <summary>Every record that is written by now.</summary>
    public async Task<IReadOnlyList<JsonElement>> RecordsAsync()
    {
        if (!File.Exists(RecordsFile))
            return [];
        await using var file = new FileStream(RecordsFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        var text = await reader.ReadToEndAsync();
        // The last line may be half written.
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        return [.. whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }

    /// <summary>Waits until a record is there.</summary>
    /// <exception cref="TimeoutException">It did not come; the message holds what is there.</exception>
    public async Task<JsonElement> WaitForRecordAsync(Func<JsonElement, bool> isWanted, string what)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var records = await RecordsAsync();
            if (records.FirstOrDefault(isWanted) is { ValueKind: JsonValueKind.Object } record)
                return record;
            if (watch.Elapsed > Limit)
                throw new TimeoutException($"No record of {what} within {Limit}. There are: {string.Join('\n', records)}");
            await Task.Delay(10);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(_path, recursive: true);
        }
        catch (IOException)
        {
            // A process that was killed a moment ago may still hold a file; the folder is in the temporary one.
        }
    }
}
