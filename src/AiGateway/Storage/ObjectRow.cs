using AiGateway.Pipeline;

namespace AiGateway.Storage;

/// <summary>A row of the file of files and batches, as it lies there.</summary>
/// <param name="Seen">The object, its content encrypted.</param>
/// <param name="Terms">On what terms a batch was made, encrypted; null for others.</param>
internal sealed record ObjectRow(OwnedObject Seen, byte[]? Terms);
