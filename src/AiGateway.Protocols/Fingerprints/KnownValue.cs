namespace AiGateway.Protocols.Fingerprints;

/// <summary>A value that has come before.</summary>
/// <param name="Json">Its bytes, from bracket to bracket.</param>
/// <param name="Form">What it is written as.</param>
/// <param name="Moved">How many bytes were moved to put it into order.</param>
internal sealed record KnownValue(byte[] Json, byte[] Form, long Moved);
