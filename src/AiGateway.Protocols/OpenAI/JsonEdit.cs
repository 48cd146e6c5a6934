using System.Runtime.InteropServices;

namespace AiGateway.Protocols.OpenAI;

/// <summary>A change to make to the bytes that were inspected.</summary>
/// <param name="Range">What to replace: a whole JSON value, its quotes included.</param>
/// <param name="Replacement">What to put there: a whole JSON value.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct JsonEdit(ByteRange Range, ReadOnlyMemory<byte> Replacement);
