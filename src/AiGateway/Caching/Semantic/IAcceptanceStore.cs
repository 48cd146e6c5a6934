using AiGateway.Semantics.Acceptance;

namespace AiGateway.Caching.Semantic;

/// <summary>Keeps what was learnt of hits over a restart.</summary>
internal interface IAcceptanceStore
{
    /// <summary>What is kept; empty for nothing yet.</summary>
    /// <exception cref="IOException">It cannot be read, or is damaged.</exception>
    Dictionary<AcceptanceKey, AcceptanceState> Load();

    /// <summary>Keeps this in place of what is kept.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    void Save(IReadOnlyDictionary<AcceptanceKey, AcceptanceState> states);
}
