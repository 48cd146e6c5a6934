using AiGateway.Protocols;

namespace AiGateway.Accounting.Lines;

/// <summary>One line of <c>prices cost</c>: what was consumed, where and when, as it was written.</summary>
internal sealed class UsageLine
{
    /// <summary>The caller's own id as JSON (a string or a number); empty for none.</summary>
    public ReadOnlyMemory<byte> Id { get; set; }

    /// <summary>The provider, as written.</summary>
    public string Provider { get; set; } = "";

    /// <summary>The model, as written.</summary>
    public string Model { get; set; } = "";

    /// <summary>The endpoint: <c>chat.completions</c>, <c>messages</c>, ….</summary>
    public string Api { get; set; } = "";

    /// <summary>When it was; without a zone UTC is meant.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>The provider's usage object; empty for none.</summary>
    public ReadOnlyMemory<byte> UsageJson { get; set; }

    /// <summary>Usage that has been read already (the gateway's own records); null for <see cref="UsageJson"/>.</summary>
    public Usage? Known { get; set; }

    /// <summary>What the request says that usage does not hold; empty for none.</summary>
    public ReadOnlyMemory<byte> Request { get; set; }

    /// <summary>The service tier in the answer; null for none.</summary>
    public string? ServiceTier { get; set; }

    /// <summary>True for a call of a batch.</summary>
    public bool IsBatch { get; set; }

    /// <summary>Where it was processed; null for anywhere.</summary>
    public string? Region { get; set; }

    /// <summary>The deployment of the routing file that answered; null for none.</summary>
    public string? Deployment { get; set; }
}
