using AiGateway.Protocols;
using AiGateway.Protocols.Batches;

namespace AiGateway.Pipeline;

/// <summary>What is asked of files and batches.</summary>
internal sealed class ObjectRequest
{
    /// <summary>What is to be done.</summary>
    public required ObjectAction Action { get; init; }

    /// <summary>For creations the model that all requests were checked to name; empty where there are none.</summary>
    public string Model { get; init; } = "";

    /// <summary>For creations what all requests ask for together; null where there are none, or where that is not known.</summary>
    public BatchVolume? Volume { get; init; }

    /// <summary>Where the body names it, quotes included, in order: each becomes the provider's name.</summary>
    public IReadOnlyList<ByteRange> Models { get; init; } = [];

    /// <summary>Parts of the body that are for the gateway and do not go on, in order.</summary>
    public IReadOnlyList<ByteRange> Removed { get; init; } = [];

    /// <summary>Where the body names the file of a batch's requests, quotes included: it becomes the provider's id.</summary>
    public ByteRange InputFile { get; init; } = ByteRange.None;
}

/// <summary>What is to be done with a file or a batch.</summary>
internal enum ObjectAction
{
    /// <summary>Make one.</summary>
    Create,

    /// <summary>Look at one.</summary>
    Retrieve,

    /// <summary>Delete one.</summary>
    Delete,

    /// <summary>Stop one.</summary>
    Cancel,

    /// <summary>Read what is in one: a file's bytes, a batch's results.</summary>
    Content,
}
