namespace AiGateway.Protocols.Media;

/// <summary>A multipart form as it was read: fields, and where the files stand.</summary>
public sealed class UploadedForm
{
    /// <summary>The text fields in their order; names may repeat.</summary>
    public List<KeyValuePair<string, string>> Fields { get; } = [];

    /// <summary>The files in their order.</summary>
    public List<CallerFile> Files { get; } = [];
}
