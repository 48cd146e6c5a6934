using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Media;

/// <summary>Writes a JSON body with places for files in base64.</summary>
internal sealed class JsonFormWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly List<FilePlace> _files = [];

    public JsonFormWriter() => Json = new Utf8JsonWriter(_bytes, JsonText.WriterOptions);

    /// <summary>Writes everything but files.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>A member whose value is a file in base64.</summary>
    public void File(ReadOnlySpan<byte> name, CallerFile file)
    {
        Json.WritePropertyName(name);
        File(file);
    }

    /// <summary>A value that is a file in base64.</summary>
    public void File(CallerFile file)
    {
        Json.WriteRawValue("\"\""u8, skipInputValidation: true);
        Json.Flush();
        _files.Add(new FilePlace(_bytes.WrittenCount - 1, file, AsBase64: true));
    }

    /// <summary>A member whose value is a file as a <c>data:</c> address.</summary>
    public void Address(ReadOnlySpan<byte> name, CallerFile file)
    {
        Json.WriteString(name, $"data:{MediaTypes.PictureOf(file.Head.Span)};base64,");
        Json.Flush();
        _files.Add(new FilePlace(_bytes.WrittenCount - 1, file, AsBase64: true));
    }

    /// <summary>What was written.</summary>
    public FormBody Finish()
    {
        Json.Flush();
        return new FormBody { Bytes = _bytes.WrittenMemory, Files = _files };
    }

    public void Dispose() => Json.Dispose();
}
