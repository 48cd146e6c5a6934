namespace AiGateway.Simulator.Batches;

/// <summary>A file that was uploaded, or that a batch wrote.</summary>
internal sealed record SimulatedFile(string Id, string Name, string Purpose, ReadOnlyMemory<byte> Content, long Created);
