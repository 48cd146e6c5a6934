namespace AiGateway.Caching.Semantic.Judges;

/// <summary>Says whether two answers say the same: the built-in judge, or an alias of the gateway's.</summary>
internal interface IAnswerComparer
{
    /// <summary>Whether it waits for somebody else: then several may be compared at a time.</summary>
    bool Waits { get; }

    /// <summary>Compares.</summary>
    /// <param name="look">What was asked, and on whose behalf.</param>
    /// <param name="kept">The kept answer.</param>
    /// <param name="live">The live one.</param>
    /// <param name="cancellationToken">The gateway stops.</param>
    /// <returns>Null where there is no verdict: then nothing is learnt.</returns>
    ValueTask<bool?> AgreeAsync(SemanticLook look, string kept, string live, CancellationToken cancellationToken);
}
