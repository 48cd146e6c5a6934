using System.Runtime.InteropServices;

namespace AiGateway.Protocols.Framing;

/// <summary>Where the value of a top-level member stood in a body that streamed by.</summary>
/// <param name="Member">The index of its name among those asked for.</param>
/// <param name="Start">Offset of its first byte in the body.</param>
/// <param name="Length">Its length in bytes, quotes included.</param>
/// <param name="Elements">How many objects and arrays stand directly inside it.</param>
/// <param name="First">Its first byte, which tells what it is: <c>"</c>, <c>[</c>, <c>{</c> or that of a literal.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MemberValue(int Member, long Start, long Length, int Elements, byte First);
