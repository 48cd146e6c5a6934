namespace AiGateway.Semantics.Embedding;

/// <summary>The function between the two matrices of an encoder's feed-forward part.</summary>
internal enum EncoderActivation
{
    /// <summary>x · Φ(x), Φ being the normal distribution.</summary>
    Gelu,

    /// <summary>Its approximation by a hyperbolic tangent.</summary>
    GeluTanh,

    /// <summary>x, or 0 where x is negative.</summary>
    Relu,
}
