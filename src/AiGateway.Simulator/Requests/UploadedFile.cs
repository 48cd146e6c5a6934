namespace AiGateway.Simulator.Requests;

/// <summary>A file of a multipart form.</summary>
internal sealed record UploadedFile(string Field, string Name, byte[] Content);
