namespace AiGateway.CacheQuality;

/// <summary>Counts of one replay.</summary>
internal sealed record ReplayResult
{
    internal int Requests { get; init; }

    /// <summary>Questions answered from the cache.</summary>
    internal int Served { get; set; }

    /// <summary>Of these, the ones whose labels differ.</summary>
    internal int Wrong { get; set; }

    /// <summary>Would-be hits that were not served but compared with the model's answer.</summary>
    internal int Checks { get; set; }

    /// <summary>Of these, the ones that would have been served, had they not been drawn for a check: what checking costs.</summary>
    internal int ExtraCalls { get; set; }
}
