using System.Text;
using System.Text.Unicode;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AiGateway.Pipeline;

/// <summary>Finds the fields of a multipart form (RFC 7578) that the gateway needs, and where <c>model</c> stands, so that it can be replaced in place. The form itself goes upstream as it came.</summary>
internal static class MultipartFields
{
    private const int LongestField = 1024;
    private const int MostParts = 100;

    /// <summary>Reads the fields of a form.</summary>
    /// <returns>The facts, or what is wrong with the form.</returns>
    public static async ValueTask<(RequestFacts Facts, RequestScanError? Error)> ReadAsync(RequestBody body, string contentType, CancellationToken cancellationToken)
    {
        var none = RequestReaderMiddleware.NoFacts;
        if (BoundaryOf(contentType, out var boundary) is { } unusable)
        {
            return (none, unusable);
        }

        string? model = null;
        var modelValue = ByteRange.None;
        var stream = false;
        string? size = null;
        string? quality = null;
        var parts = 0;
        await using var content = new BodyStream(body);
        var reader = new MultipartReader(boundary, content) { HeadersCountLimit = 16, HeadersLengthLimit = 16 * 1024 };
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (++parts > MostParts)
                {
                    return (none, new RequestScanError($"The multipart form has more than {MostParts} parts.", null, null));
                }
                if (section.GetContentDispositionHeader() is not { } disposition)
                {
                    continue;
                }
                var name = HeaderUtilities.RemoveQuotes(disposition.Name);
                if (disposition.IsFileDisposition())
                {
                    if (name.Equals("model", StringComparison.OrdinalIgnoreCase))
                    {
                        return (none, new RequestScanError("The field 'model' must be text, not a file.", "model", "invalid_type"));
                    }
                    continue;
                }
                if (name.Equals("model", StringComparison.Ordinal))
                {
                    if (model is not null)
                    {
                        return (none, new RequestScanError("The field 'model' is there more than once.", "model", null));
                    }
                    model = await ReadFieldAsync(section, cancellationToken);
                    if (model is null)
                    {
                        return (none, new RequestScanError($"The field 'model' is longer than {LongestField} bytes or not valid UTF-8.", "model", null));
                    }
                    modelValue = new ByteRange((int)section.BaseStreamOffset!.Value, Encoding.UTF8.GetByteCount(model));
                }
                else if (name.Equals("stream", StringComparison.Ordinal))
                {
                    stream = string.Equals(await ReadFieldAsync(section, cancellationToken), "true", StringComparison.OrdinalIgnoreCase);
                }
                else if (name.Equals("size", StringComparison.Ordinal))
                {
                    size = await ReadFieldAsync(section, cancellationToken);
                }
                else if (name.Equals("quality", StringComparison.Ordinal))
                {
                    quality = await ReadFieldAsync(section, cancellationToken);
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return (none, new RequestScanError("The multipart form is broken or ends early.", null, null));
        }
        return parts == 0
            ? (none, new RequestScanError("The multipart form has no parts.", null, null))
            : (RequestFacts.ForForm(model, modelValue, stream, size is null && quality is null ? null : RequestTerms.ForImages(size, quality)), null);
    }

    /// <summary>Finds the boundary that a form's content type names.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static RequestScanError? BoundaryOf(string contentType, out string boundary)
    {
        boundary = "";
        if (!MediaTypeHeaderValue.TryParse(contentType, out var mediaType)
            || HeaderUtilities.RemoveQuotes(mediaType.Boundary) is not { Length: > 0 and <= 100 } named)
        {
            return new RequestScanError("The multipart form names no usable boundary in its content type.", null, null);
        }
        if (HasTwoBoundaries(mediaType))
        {
            // We would read one form and the provider another.
            return new RequestScanError("The multipart form names two boundaries in its content type.", null, null);
        }
        boundary = named.ToString();
        return null;
    }

    private static async ValueTask<string?> ReadFieldAsync(MultipartSection section, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestField + 1];
        var read = await section.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return read > LongestField || !Utf8.IsValid(buffer.AsSpan(0, read)) ? null : Encoding.UTF8.GetString(buffer, 0, read);
    }

    private static bool HasTwoBoundaries(MediaTypeHeaderValue mediaType)
    {
        var boundaries = 0;
        foreach (var parameter in mediaType.Parameters)
        {
            if (parameter.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))
            {
                boundaries++;
            }
        }
        return boundaries > 1;
    }
}
