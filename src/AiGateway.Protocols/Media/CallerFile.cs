namespace AiGateway.Protocols.Media;

/// <summary>A file of a caller's request, by where it stands in the request's body: its bytes are copied only on their way out.</summary>
/// <param name="Field">The field or member it came in, such as <c>image[]</c> or <c>images[0]</c>.</param>
/// <param name="Start">Offset of its first byte in the body.</param>
/// <param name="Length">How many bytes of the body it takes.</param>
public sealed record CallerFile(string Field, long Start, long Length)
{
    /// <summary>How many bytes <see cref="Head"/> has of a file that is longer.</summary>
    public const int HeadLength = 32;

    /// <summary>Its first bytes, decoded; they show what it is.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>True when the body holds it in base64 (a <c>data:</c> address in JSON).</summary>
    public bool IsBase64 { get; init; }

    /// <summary>All of its bytes, decoded, where they have to be looked at: masks. Empty for others.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }
}
