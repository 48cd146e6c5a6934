namespace AiGateway.Semantics.Embedding;

/// <summary>What came of a text that was to be embedded. Only with <see cref="Embedded"/> there is a vector; everything else is a look-up that does not take place.</summary>
internal enum EmbeddingOutcome
{
    /// <summary>The vector is there, of unit length.</summary>
    Embedded,

    /// <summary>The model's vocabulary has no words for the text: another script, noise, or no words at all.</summary>
    NotRepresentable,

    /// <summary>The text has more tokens than are read, and such texts are to be skipped.</summary>
    TooLong,

    /// <summary>The vector was not finite, or zero.</summary>
    Failed,

    /// <summary>All embedding threads are busy and the queue before them is full.</summary>
    Busy,
}
