using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiGateway.Admin;

/// <summary>Reads the JSON object that a request of the Admin API brings.</summary>
internal static class AdminRequest
{
    /// <summary>Longer bodies are refused: the largest entry that makes sense is a fraction of it.</summary>
    public const int MaxBody = 64 * 1024;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Reads the body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isRequired">False where an empty body stands for an empty object.</param>
    public static async Task<(JsonObject? Body, AdminProblem? Problem)> ReadAsync(HttpRequest request, bool isRequired)
    {
        var bytes = new byte[MaxBody + 1];
        int read, length = 0;
        while (length < bytes.Length && (read = await request.Body.ReadAsync(bytes.AsMemory(length), request.HttpContext.RequestAborted)) > 0)
        {
            length += read;
        }
        if (length > MaxBody)
        {
            return (null, new AdminProblem(StatusCodes.Status413PayloadTooLarge, "request_too_large", $"The body has more than {MaxBody} bytes."));
        }
        if (length == 0)
        {
            return isRequired ? (null, AdminProblem.Malformed("A JSON object is expected in the body, and there is none.")) : ([], null);
        }
        if (!IsJson(request.ContentType))
        {
            return (null, new AdminProblem(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send JSON, with 'Content-Type: application/json'."));
        }
        return TryParse(bytes.AsMemory(0, length), out var body, out var problem) ? (body, null) : (null, AdminProblem.Malformed(problem));
    }

    private static bool IsJson(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Equals("application/merge-patch+json", StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryParse(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out JsonObject? body, [NotNullWhen(false)] out string? problem)
    {
        (body, problem) = (null, null);
        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                problem = "The body must be a JSON object.";
                return false;
            }
            // Texts are decoded when they are asked for; bad ones are to be found here.
            Visit(document.RootElement);
            body = JsonObject.Create(document.RootElement.Clone())!;
            return true;
        }
        catch (JsonException e)
        {
            problem = $"The body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}), or has a member twice.";
            return false;
        }
        catch (InvalidOperationException)
        {
            problem = "The body holds a text that is not valid UTF-8 or half of a surrogate pair.";
            return false;
        }
    }

    private static void Visit(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    Visit(member.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Visit(item);
                }
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }
}
