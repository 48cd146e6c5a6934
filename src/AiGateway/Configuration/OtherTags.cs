namespace AiGateway.Configuration;

/// <summary>What becomes of tags that <c>tags.allowed</c> does not name.</summary>
internal enum OtherTags
{
    /// <summary>They stay.</summary>
    Keep,

    /// <summary>They are left out.</summary>
    Drop,

    /// <summary>The request is refused.</summary>
    Refuse,
}
