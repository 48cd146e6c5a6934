using System.Text;
using System.Text.Json;
using AiGateway.Accounting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static AiGateway.Tests.Accounting.RecordFixture;

namespace AiGateway.Tests.Accounting;

/// <summary>What is accepted is written once and whole, whatever the sink does; what is not accepted is counted.</summary>
public sealed class RecordWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-records-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "records.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ManyWriters_EachAcceptedRecordIsWrittenOnce()
    {
        const int Threads = 16;
        const int Each = 2_000;
        var dropped = 0L;
        await using (var writer = Writer(new FileSink(Path)))
        {
            await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
            {
                for (var i = 0; i < Each; i++)
                {
                    writer.OnSettled(Record($"req_{thread}_{i}"));
                }
            })));
            await writer.StopAsync(CancellationToken.None);
            dropped = writer.Dropped;

            Assert.Equal(Threads * Each, await LineCountAsync());
        }

        var ids = await IdsAsync();
        Assert.Equal(0, dropped);
        Assert.Equal(Threads * Each, ids.Count);
        Assert.Equal(Threads * Each, ids.Distinct().Count());
    }

    [Fact]
    public async Task RecordsAfterTheStop_AreWrittenAtTheDisposal()
    {
        await using (var writer = Writer(new FileSink(Path)))
        {
            writer.OnSettled(Record("req_1"));
            await writer.StopAsync(CancellationToken.None);
            Assert.Equal(["req_1"], await IdsAsync());
            writer.OnSettled(Record("req_2"));
        }

        Assert.Equal(["req_1", "req_2"], await IdsAsync());
    }

    [Fact]
    public async Task FullQueue_DropsAndCounts_AndWritesTheRest()
    {
        var sink = new ScriptedSink { Blocked = new TaskCompletionSource() };
        var writer = Writer(sink, capacity: 10);
        writer.OnSettled(Record("req_0"));
        await sink.Entered.Task;
        for (var i = 1; i <= 25; i++)
        {
            writer.OnSettled(Record($"req_{i}"));
        }

        Assert.Equal(15, writer.Dropped);
        sink.Blocked.SetResult();
        await writer.StopAsync(CancellationToken.None);
        await writer.DisposeAsync();
        Assert.Equal(11, sink.Text.Count(character => character == '\n'));
    }

    [Fact]
    public async Task RecordsThatAreTooLongTogether_AreDropped()
    {
        var sink = new ScriptedSink { Blocked = new TaskCompletionSource() };
        var writer = Writer(sink);
        writer.OnSettled(Record("req_0"));
        await sink.Entered.Task;
        var large = Record("req_large", null, new string('m', 10_000_000));
        for (var i = 0; i < 10; i++)
        {
            writer.OnSettled(large);
        }

        Assert.Equal(4, writer.Dropped);
        sink.Blocked.SetResult();
        await writer.DisposeAsync();
    }

    [Fact]
    public async Task FailingSink_IsTriedAgainUntilItTakesThem_AndLoggedOnce()
    {
        var log = new LogLines();
        var sink = new ScriptedSink { Failures = 3 };
        var writer = new RecordWriter(sink, TimeProvider.System, log);
        writer.OnSettled(Record("req_1"));
        await writer.StopAsync(CancellationToken.None);

        Assert.Equal(4, sink.Calls);
        Assert.Single(sink.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Single(log.Lines, line => line.Contains("cannot be written", StringComparison.Ordinal));
        Assert.Single(log.Lines, line => line.Contains("written again.", StringComparison.Ordinal));
        await writer.DisposeAsync();
        Assert.Equal(0, writer.Dropped);
    }

    [Fact]
    public async Task SinkThatTakesNothing_DoesNotKeepTheProcessFromEnding()
    {
        var sink = new ScriptedSink { Failures = int.MaxValue };
        var writer = Writer(sink);
        writer.OnSettled(Record("req_1"));
        writer.OnSettled(Record("req_2"));
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await writer.StopAsync(patience.Token);
        await writer.DisposeAsync();

        Assert.Equal(2, writer.Dropped);
    }

    [Fact]
    public async Task FileThatWasMovedAway_IsMadeAnew()
    {
        using var sink = new FileSink(Path);
        await WriteAsync(sink, "1");
        File.Move(Path, Path + ".1");
        await WriteAsync(sink, "2");
        File.Move(Path, Path + ".2");
        await File.WriteAllTextAsync(Path, "");
        await WriteAsync(sink, "3");

        Assert.Equal(("1\n", "2\n", "3\n"), (await File.ReadAllTextAsync(Path + ".1"), await File.ReadAllTextAsync(Path + ".2"), await File.ReadAllTextAsync(Path)));
    }

    [Fact]
    public async Task FileThatWasCutShort_IsWrittenFromItsStart()
    {
        using var sink = new FileSink(Path);
        await WriteAsync(sink, "1");
        await using (var file = File.Open(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0);
        }
        await WriteAsync(sink, "2");

        Assert.Equal("2\n", await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task FileOfAnEarlierProcess_IsContinuedOnALineOfItsOwn()
    {
        await File.WriteAllTextAsync(Path, "{\"id\":\"whole\"}\n{\"id\":\"to");
        using (var sink = new FileSink(Path))
        {
            await WriteAsync(sink, "3");
        }
        using (var sink = new FileSink(Path))
        {
            await WriteAsync(sink, "4");
        }

        Assert.Equal("{\"id\":\"whole\"}\n{\"id\":\"to\n3\n4\n", await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task FolderThatIsMissing_IsMade()
    {
        using var sink = new FileSink(System.IO.Path.Combine(_folder, "a", "b", "records.jsonl"));

        await WriteAsync(sink, "1");

        Assert.True(File.Exists(System.IO.Path.Combine(_folder, "a", "b", "records.jsonl")));
    }

    [Fact]
    public async Task FileThatCannotBeOpened_FailsAsInputOrOutput()
    {
        using var sink = new FileSink(_folder);

        await Assert.ThrowsAsync<IOException>(() => WriteAsync(sink, "1"));
    }

    private static RecordWriter Writer(IRecordSink sink, int capacity = RecordWriter.DefaultCapacity) =>
        new(sink, TimeProvider.System, NullLogger<RecordWriter>.Instance, capacity);

    private static Task WriteAsync(FileSink sink, string line) => sink.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), CancellationToken.None).AsTask();

    private async Task<int> LineCountAsync() => (await IdsAsync()).Count;

    private async Task<List<string>> IdsAsync()
    {
        var ids = new List<string>();
        foreach (var line in await File.ReadAllLinesAsync(Path))
        {
            using var record = JsonDocument.Parse(line);
            ids.Add(record.RootElement.GetProperty("id").GetString()!);
        }
        return ids;
    }

    private sealed class ScriptedSink : IRecordSink
    {
        private readonly StringBuilder _text = new();

        public int Failures { get; set; }

        public int Calls { get; private set; }

        public TaskCompletionSource? Blocked { get; init; }

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Text => _text.ToString();

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
        {
            Calls++;
            Entered.TrySetResult();
            if (Blocked is not null)
            {
                await Blocked.Task;
            }
            if (Failures-- > 0)
            {
                throw new IOException("No space left on device");
            }
            _text.Append(Encoding.UTF8.GetString(lines.Span));
        }

        public void Dispose()
        {
        }
    }

    private sealed class LogLines : ILogger<RecordWriter>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
