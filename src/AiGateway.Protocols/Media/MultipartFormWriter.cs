using System.Buffers;
using System.Text;

namespace AiGateway.Protocols.Media;

/// <summary>Writes a multipart form (RFC 7578) with places for files.</summary>
/// <param name="boundary">Separates the parts; stands in none of them.</param>
internal sealed class MultipartFormWriter(string boundary)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly List<FilePlace> _files = [];

    /// <summary>A field of text.</summary>
    public void Field(string name, string value)
    {
        Write($"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        Write(value);
        Write("\r\n");
    }

    /// <summary>A file. The caller's own name for it stays behind: providers judge by the content.</summary>
    public void File(string name, CallerFile file, string contentType)
    {
        Write($"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"file\"\r\nContent-Type: {contentType}\r\n\r\n");
        _files.Add(new FilePlace(_bytes.WrittenCount, file, AsBase64: false));
        Write("\r\n");
    }

    /// <summary>What was written.</summary>
    public FormBody Finish()
    {
        Write($"--{boundary}--\r\n");
        return new FormBody { Bytes = _bytes.WrittenMemory, Files = _files, ContentType = $"multipart/form-data; boundary={boundary}" };
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _bytes);
}
