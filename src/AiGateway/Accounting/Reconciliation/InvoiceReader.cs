using System.IO.Compression;
using System.Text;

namespace AiGateway.Accounting.Reconciliation;

/// <summary>Reads a provider's export, whatever form it has; compressed by gzip too.</summary>
internal static class InvoiceReader
{
    /// <summary>The most bytes of a JSON file: a month of an API's pages is below one mebibyte. CSV is read line by line.</summary>
    public const int MostJsonBytes = 64 * 1024 * 1024;

    private const int Looked = 4096;

    private static ReadOnlySpan<byte> Gzip => [0x1f, 0x8b];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">The columns of a CSV file, where they were given.</param>
    /// <exception cref="InvoiceException">It cannot be read; the message names the file.</exception>
    public static InvoiceFile Read(string path, CsvShape? columns)
    {
        try
        {
            using (var stream = Open(path))
            {
                if (columns is null && IsJson(stream))
                {
                    using var whole = Open(path);
                    return JsonInvoiceReader.Read(WithoutMark(ReadAll(whole)));
                }
            }
            using var text = new StreamReader(Open(path), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return CsvInvoiceReader.Read(text, columns);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvoiceException($"{path}: near its beginning there are bytes that are not UTF-8. Save it as UTF-8.", e);
        }
        catch (Exception e) when (e is InvoiceException or IOException or UnauthorizedAccessException or InvalidDataException or OverflowException)
        {
            throw new InvoiceException($"{path}: {(e is OverflowException ? "an amount is too large." : e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file." : e.Message)}", e);
        }
    }

    private static Stream Open(string path)
    {
        var file = File.OpenRead(path);
        try
        {
            Span<byte> head = stackalloc byte[4];
            head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
            file.Position = 0;
            if (head.StartsWith("PAR1"u8))
            {
                throw new InvoiceException("This is Parquet. Choose CSV in the export.");
            }
            if (head.StartsWith("PK"u8))
            {
                throw new InvoiceException("This is a ZIP or Excel file. Unpack it, or save it as CSV.");
            }
            return head.StartsWith(Gzip) ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static bool IsJson(Stream stream)
    {
        var head = new byte[Looked];
        var text = WithoutMark(head.AsSpan(0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false))).TrimStart(" \t\r\n"u8);
        return text.Length > 0 && text[0] is (byte)'{' or (byte)'[';
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) => text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;

    private static byte[] ReadAll(Stream stream)
    {
        using var bytes = new MemoryStream();
        var block = new byte[Looked * 16];
        for (var read = stream.Read(block); read > 0; read = stream.Read(block))
        {
            bytes.Write(block, 0, read);
            if (bytes.Length > MostJsonBytes)
            {
                throw new InvoiceException($"More than {MostJsonBytes / (1024 * 1024)} MiB of JSON. Take a shorter period; costs by day and line are far smaller.");
            }
        }
        return bytes.ToArray();
    }
}
