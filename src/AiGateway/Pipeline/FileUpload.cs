using System.Buffers;
using System.Text;
using System.Text.Unicode;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;
using AiGateway.Protocols.OpenAI;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AiGateway.Pipeline;

/// <summary>Reads the form of an upload: what it is for, which model it names, and, of a file of requests, every line.</summary>
/// <remarks>
/// The form goes upstream as it came, but for the gateway's own fields, which are cut out, and the model names. Fields that
/// name a model: <c>model</c>, and <c>target_model_names</c>, under which LiteLLM's callers know it; one name only.
/// </remarks>
internal sealed class FileUpload
{
    private const int LongestField = 1024;
    private const int MostParts = 100;
    private const int CopyBufferSize = 64 * 1024;

    // OpenAI takes 50,000 and Azure 100,000 requests in a file (learn.microsoft.com/azure/ai-foundry/openai/how-to/batch).
    private const int MostRequests = 100_000;

    private readonly List<ByteRange> _removed = [];
    private readonly List<ByteRange> _models = [];
    private bool _hasFile;
    private string? _purpose;

    /// <summary>The model that a field names; null when none does.</summary>
    public string? NamedModel { get; private set; }

    /// <summary>The model that all requests of the file name; null where it is no file of requests.</summary>
    public string? RequestsModel { get; private set; }

    /// <summary>What the requests of the file ask for together; null where it is no file of requests.</summary>
    public BatchVolume? Volume { get; private set; }

    /// <summary>Where they name it.</summary>
    public IReadOnlyList<ByteRange> Models => _models;

    /// <summary>The gateway's own fields.</summary>
    public IReadOnlyList<ByteRange> Removed => _removed;

    /// <summary>Reads a form.</summary>
    /// <param name="body">The form's bytes.</param>
    /// <param name="contentType">Its content type, which names the boundary.</param>
    /// <param name="longestLine">Longest request in a file of them, in bytes.</param>
    /// <param name="cancellationToken">The caller hung up.</param>
    /// <returns>The upload, or what is wrong with it.</returns>
    public static async ValueTask<(FileUpload Upload, RequestScanError? Error)> ReadAsync(RequestBody body, string contentType, int longestLine, CancellationToken cancellationToken)
    {
        var upload = new FileUpload();
        if (MultipartFields.BoundaryOf(contentType, out var boundary) is { } defect)
        {
            return (upload, defect);
        }
        // What a file is for decides whether it is looked into, and may stand behind it.
        var error = await upload.ReadPartsAsync(body, boundary, longestLine, lookInside: false, cancellationToken);
        if (error is null && upload.IsForBatches)
        {
            error = await upload.ReadPartsAsync(body, boundary, longestLine, lookInside: true, cancellationToken);
        }
        return (upload, error);
    }

    // Some providers of OpenAI's dialect say batch-api.
    private bool IsForBatches => _purpose is { } purpose && purpose.StartsWith("batch", StringComparison.OrdinalIgnoreCase);

    private async ValueTask<RequestScanError?> ReadPartsAsync(RequestBody body, string boundary, int longestLine, bool lookInside, CancellationToken cancellationToken)
    {
        await using var content = new BodyStream(body);
        var reader = new MultipartReader(boundary, content, CopyBufferSize) { HeadersCountLimit = 16, HeadersLengthLimit = 16 * 1024 };
        var (parts, begins) = (0, 0L);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (++parts > MostParts)
                {
                    return new RequestScanError($"The multipart form has more than {MostParts} parts.", null, null);
                }
                var (length, error) = await ReadPartAsync(section, longestLine, lookInside, begins, cancellationToken);
                if (error is not null)
                {
                    return error;
                }
                // The next part begins behind the line end that belongs to the boundary.
                begins = section.BaseStreamOffset!.Value + length + 2;
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return new RequestScanError("The multipart form is broken or ends early.", null, null);
        }
        return _hasFile ? null : new RequestScanError("Missing required parameter: 'file'.", "file", null);
    }

    private async ValueTask<(long Length, RequestScanError? Error)> ReadPartAsync(MultipartSection section, int longestLine, bool lookInside, long begins, CancellationToken cancellationToken)
    {
        var start = section.BaseStreamOffset!.Value;
        if (section.Headers?.TryGetValue("Content-Transfer-Encoding", out var encoding) == true && encoding.ToString() is not ("binary" or "8bit" or "7bit"))
        {
            // Long out of use in forms (RFC 7578, 4.7); who still undoes it would read another file than we do.
            return (0, new RequestScanError("A part of the form has a Content-Transfer-Encoding. Send it as it is.", null, null));
        }
        if (section.GetContentDispositionHeader() is { } disposition)
        {
            var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (name != "file" && disposition.IsFileDisposition())
            {
                return (0, new RequestScanError($"The form holds a file in the field '{name}'. An upload has one, in the field 'file'.", name, null));
            }
            if (name == "file")
            {
                if (_hasFile && !lookInside)
                {
                    return (0, new RequestScanError("The field 'file' is there more than once.", "file", null));
                }
                _hasFile = true;
                return lookInside ? await ReadRequestsAsync(section, start, longestLine, cancellationToken) : (await SkipAsync(section, cancellationToken), null);
            }
            if (!lookInside && name is ("purpose" or "model" or "target_model_names"))
            {
                return await ReadFieldAsync(section, name, start, begins, cancellationToken);
            }
        }
        return (await SkipAsync(section, cancellationToken), null);
    }

    private async ValueTask<(long Length, RequestScanError? Error)> ReadFieldAsync(MultipartSection section, string name, long start, long begins, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestField + 1];
        var read = await section.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (read > LongestField || !Utf8.IsValid(buffer.AsSpan(0, read)))
        {
            return (read, new RequestScanError($"The field '{name}' is longer than {LongestField} bytes or not valid UTF-8.", name, null));
        }
        var value = Encoding.UTF8.GetString(buffer, 0, read).Trim();
        if (name == "purpose")
        {
            if (_purpose is not null)
            {
                return (read, new RequestScanError("The field 'purpose' is there more than once.", name, null));
            }
            _purpose = value;
            return (read, null);
        }
        if (NamedModel is not null && NamedModel != value)
        {
            return (read, new RequestScanError("The form names two models. A file goes to one.", name, null));
        }
        if (name == "target_model_names" && value.Contains(',', StringComparison.Ordinal))
        {
            return (read, new RequestScanError("A file goes to one model. Upload it once for each.", name, null));
        }
        NamedModel = value.Length > 0 ? value : NamedModel;
        _removed.Add(new ByteRange((int)begins, (int)(start + read + 2 - begins)));
        return (read, null);
    }

    private async ValueTask<(long Length, RequestScanError? Error)> ReadRequestsAsync(MultipartSection section, long start, int longestLine, CancellationToken cancellationToken)
    {
        using var input = new BatchInput(longestLine, MostRequests);
        var length = await CopyAsync(section, input, cancellationToken);
        input.Finish();
        if (input.Defect is { } defect)
        {
            return (length, new RequestScanError(defect, "file", "invalid_jsonl"));
        }
        if (input.Model is null)
        {
            return (length, new RequestScanError("The file holds no requests. A file for batches has one on each line: {\"custom_id\":…,\"method\":\"POST\",\"url\":…,\"body\":{\"model\":…}}.", "file", "empty_file"));
        }
        (RequestsModel, Volume) = (input.Model, input.Volume);
        foreach (var range in input.Models)
        {
            _models.Add(new ByteRange((int)start + range.Start, range.Length));
        }
        return (length, null);
    }

    private static ValueTask<long> SkipAsync(MultipartSection section, CancellationToken cancellationToken) => CopyAsync(section, null, cancellationToken);

    private static async ValueTask<long> CopyAsync(MultipartSection section, BatchInput? input, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        try
        {
            var length = 0L;
            while (await section.Body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                input?.Append(buffer.AsSpan(0, read));
                length += read;
                if (input?.Defect is not null)
                {
                    break;
                }
            }
            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
