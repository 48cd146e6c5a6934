namespace AiGateway.Admission.Sharing;

/// <summary>The store of shared limits did not do as it was told.</summary>
internal sealed class LimitStoreException(string message, LimitStoreFault fault, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What is wrong with it.</summary>
    public LimitStoreFault Fault { get; } = fault;

    /// <summary>With <see cref="LimitStoreFault.Empty"/>, of which organisation it knows nothing.</summary>
    public string Tag { get; init; } = "";
}

/// <summary>What is wrong with a store.</summary>
internal enum LimitStoreFault
{
    /// <summary>It did not answer in time.</summary>
    Timeout,

    /// <summary>It cannot be reached, or answered with an error.</summary>
    Unavailable,

    /// <summary>It failed a moment ago, and was not asked.</summary>
    Resting,

    /// <summary>It came back without what it knew, and has not been told yet.</summary>
    Empty,
}
