using System.Buffers;
using System.Text;
using System.Text.Unicode;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AiGateway.Forwarding;

/// <summary>Reads a multipart form's fields, and where its files stand, for a provider that is asked in a form of its own.</summary>
/// <remarks>That the form is well-formed, was seen when the request was read (<see cref="MultipartFields"/>).</remarks>
internal static class UploadReader
{
    // OpenAI's longest prompt for pictures has 32,000 characters.
    private const int LongestField = 128 * 1024;
    private const int DrainSize = 64 * 1024;

    // OpenAI's own bound on a mask.
    private const int LargestMask = 4 * 1024 * 1024;

    private const string Mask = "mask";

    /// <summary>Reads the form, once for all attempts.</summary>
    /// <exception cref="ChatFormatException">A field is too long or no text.</exception>
    public static async ValueTask<UploadedForm> ReadAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        if (request.Upload is { } read)
        {
            return read;
        }
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).ToString();
        var form = new UploadedForm();
        await using var content = new BodyStream(request.Body!);
        var reader = new MultipartReader(boundary, content) { HeadersCountLimit = 16, HeadersLengthLimit = 16 * 1024 };
        var buffer = ArrayPool<byte>.Shared.Rent(DrainSize);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.GetContentDispositionHeader() is not { } disposition)
                {
                    continue;
                }
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                if (disposition.IsFileDisposition())
                {
                    form.Files.Add(await ReadFileAsync(request.Body!, section, name, buffer, cancellationToken));
                }
                else
                {
                    form.Fields.Add(new(name, await ReadFieldAsync(section, name, cancellationToken)));
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new ChatFormatException("The multipart form is broken or ends early.", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return request.Upload = form;
    }

    private static async ValueTask<CallerFile> ReadFileAsync(RequestBody body, MultipartSection section, string name, byte[] buffer, CancellationToken cancellationToken)
    {
        long length = 0;
        var head = new byte[CallerFile.HeadLength];
        var headLength = await section.Body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        length += headLength;
        for (int read; (read = await section.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            length += read;
        }
        var start = section.BaseStreamOffset!.Value;
        var content = Array.Empty<byte>();
        if (name == Mask)
        {
            // The only files that are looked at: they say by transparency what other providers want to be told in black and white.
            content = length <= LargestMask ? new byte[length] : throw new ChatFormatException($"The 'mask' must be at most {LargestMask / (1024 * 1024)} MB.", Mask);
            await body.ReadAsync(content, start, cancellationToken);
        }
        return new CallerFile(name, start, length)
        {
            Content = content,
            Head = head.AsMemory(0, headLength),
        };
    }

    private static async ValueTask<string> ReadFieldAsync(MultipartSection section, string name, CancellationToken cancellationToken)
    {
        var text = new ArrayBufferWriter<byte>();
        for (int read; (read = await section.Body.ReadAsync(text.GetMemory(1024), cancellationToken)) > 0;)
        {
            text.Advance(read);
            if (text.WrittenCount > LongestField)
            {
                throw new ChatFormatException($"The field '{name}' is longer than {LongestField} bytes.", name);
            }
        }
        var bytes = text.WrittenSpan;
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new ChatFormatException($"The field '{name}' is not valid UTF-8.", name);
    }
}
