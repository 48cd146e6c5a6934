using System.Buffers;
using System.IO.Pipelines;
using AiGateway.Accounting;
using AiGateway.Accounting.Lines;
using AiGateway.Configuration;

namespace AiGateway.Cli;

/// <summary><c>prices cost</c>: usage as JSON lines in, costs as JSON lines out, in order and in constant memory.</summary>
internal sealed class PricesCostCommand(TextWriter error)
{
    private const int LongestLine = 1 << 20;
    private const int FlushAt = 1 << 16;
    private const int ReadAtOnce = 1 << 16;

    private byte[] _joined = new byte[4096];

    /// <summary>Prices every line of a file or of the standard input.</summary>
    /// <param name="catalogue">The price list.</param>
    /// <param name="config">The operator's prices; null for none.</param>
    /// <param name="file">The file; null or <c>-</c> for <paramref name="input"/>.</param>
    /// <param name="input">Opens the standard input.</param>
    /// <param name="output">Opens the standard output.</param>
    /// <returns>0; 1 when a line was bad, which does not stop the others; 2 when the file cannot be read.</returns>
    public async Task<int> RunAsync(PriceCatalogue catalogue, GatewayConfig? config, string? file, Func<Stream> input, Func<Stream> output)
    {
        Stream source;
        try
        {
            source = file is null or "-" ? input() : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, ReadAtOnce, FileOptions.SequentialScan | FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"'{file}' cannot be read: {exception.Message}");
            return ExitCode.Misuse;
        }
        var bad = 0L;
        await using (source)
        {
            await using var sink = output();
            using var pricer = new UsageLinePricer(new PriceBook(catalogue, config));
            var reader = PipeReader.Create(source, new StreamPipeReaderOptions(bufferSize: ReadAtOnce, leaveOpen: true));
            var writer = PipeWriter.Create(sink, new StreamPipeWriterOptions(leaveOpen: true));
            bad = await RunAsync(reader, writer, pricer);
            await writer.CompleteAsync();
            await reader.CompleteAsync();
        }
        if (bad > 0)
        {
            await error.WriteLineAsync($"{bad} bad line{(bad == 1 ? "" : "s")}: each says its 'error' in the output.");
        }
        return bad > 0 ? ExitCode.Bad : ExitCode.Good;
    }

    private async Task<long> RunAsync(PipeReader reader, PipeWriter writer, UsageLinePricer pricer)
    {
        var bad = 0L;
        var isTooLong = false;
        while (true)
        {
            var read = await reader.ReadAsync();
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                bad += isTooLong ? 1 : PriceLine(buffer.Slice(0, end), pricer, writer);
                if (isTooLong)
                {
                    WriteTooLong(writer);
                    isTooLong = false;
                }
                buffer = buffer.Slice(buffer.GetPosition(1, end));
                if (writer.UnflushedBytes >= FlushAt)
                {
                    await writer.FlushAsync();
                }
            }
            if (buffer.Length > LongestLine)
            {
                // The rest of such a line is passed over as it comes.
                isTooLong = true;
                buffer = buffer.Slice(buffer.End);
            }
            if (read.IsCompleted)
            {
                if (isTooLong)
                {
                    WriteTooLong(writer);
                    bad++;
                }
                else
                {
                    bad += PriceLine(buffer, pricer, writer);
                }
                await writer.FlushAsync();
                return bad;
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private int PriceLine(ReadOnlySequence<byte> line, UsageLinePricer pricer, PipeWriter writer)
    {
        if (line.Length > LongestLine)
        {
            WriteTooLong(writer);
            return 1;
        }
        var bytes = line.IsSingleSegment ? line.First : Join(line);
        if (bytes.Span.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }
        return bytes.Span.Trim(" \t\r"u8).IsEmpty || pricer.Write(bytes, writer) ? 0 : 1;
    }

    private ReadOnlyMemory<byte> Join(ReadOnlySequence<byte> line)
    {
        var length = (int)line.Length;
        if (_joined.Length < length)
        {
            _joined = new byte[Math.Max(length, _joined.Length * 2)];
        }
        line.CopyTo(_joined);
        return _joined.AsMemory(0, length);
    }

    private static void WriteTooLong(PipeWriter writer) => writer.Write("{\"error\":\"the line is longer than 1 MiB\"}\n"u8);
}
