namespace AiGateway.Caching.Nodes;

/// <summary>What is known among nodes of the call for one key.</summary>
internal enum LeaseState
{
    /// <summary>Nobody makes it, or whoever did is not to be heard of.</summary>
    Free,

    /// <summary>It is this node's to make.</summary>
    Taken,

    /// <summary>Another node makes it.</summary>
    Held,

    /// <summary>It has ended, and its answer is kept where nodes share them.</summary>
    Kept,

    /// <summary>It has ended with an answer that is not kept: each is to ask for itself.</summary>
    NotKept,

    /// <summary>It has ended without an answer: another may make it.</summary>
    GivenUp,

    /// <summary>The store cannot be asked.</summary>
    Unavailable,
}
