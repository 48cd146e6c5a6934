using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AiGateway.Simulator.Requests;

/// <summary>A multipart form: text fields and files.</summary>
internal sealed class UploadedForm
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    public List<UploadedFile> Files { get; } = [];

    public string? this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>Reads a form; null when the body is not one.</summary>
    public static async Task<UploadedForm?> ReadAsync(string? contentType, ReadOnlyMemory<byte> body)
    {
        if (contentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true
            || !MediaTypeHeaderValue.TryParse(contentType, out var type)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 } boundary)
            return null;
        try
        {
            return await ReadSectionsAsync(boundary.Value!, body);
        }
        catch (IOException)
        {
            return null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static async Task<UploadedForm> ReadSectionsAsync(string boundary, ReadOnlyMemory<byte> body)
    {
        var form = new UploadedForm();
        using var stream = new MemoryStream(body.ToArray(), writable: false);
        var reader = new MultipartReader(boundary, stream);
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                continue;
            var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            using var content = new MemoryStream();
            await section.Body.CopyToAsync(content);
            if (disposition.FileName.HasValue || disposition.FileNameStar.HasValue)
            {
                var fileName = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
                form.Files.Add(new UploadedFile(name, fileName.ToString(), content.ToArray()));
            }
            else
            {
                form._fields[name] = Encoding.UTF8.GetString(content.ToArray());
            }
        }
        return form;
    }
}
