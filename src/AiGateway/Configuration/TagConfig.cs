namespace AiGateway.Configuration;

/// <summary>One tag, as written.</summary>
internal sealed record TagConfig
{
    /// <summary>Values it may have; a <c>*</c> at the end stands for any end. Default any.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Whether every request must have it. Default false.</summary>
    public bool Required { get; init; }

    /// <summary>Teams whose requests must have it. Default none.</summary>
    public IReadOnlyList<string> RequiredFor { get; init; } = [];

    /// <summary>Whether the ledger sums by it, for <c>report --by tag:NAME</c>. Such a tag is no personal data: its values stay in the sums for good. Default false.</summary>
    public bool Report { get; init; }
}
