namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>Logs of evidence, each in one order for all nodes, with a state beside from which newcomers go on. Nothing here throws: null says that it could not be asked, or not in time.</summary>
internal interface IEvidenceLog
{
    /// <summary>Writes a piece to the end, once, however often it is told.</summary>
    /// <param name="name">The log.</param>
    /// <param name="writer">Who writes: unlike all others, also those before it.</param>
    /// <param name="number">The writer's pieces are numbered from 1.</param>
    /// <param name="piece">The piece.</param>
    /// <returns>False when it could not be asked; it may be written all the same.</returns>
    ValueTask<bool> AppendAsync(string name, string writer, long number, byte[] piece);

    /// <summary>The pieces after a position, in order, <see cref="MostPieces"/> at most.</summary>
    ValueTask<IReadOnlyList<EvidencePiece>?> ReadAsync(string name, string after);

    /// <summary>The position of the last piece; that before the first where there is none.</summary>
    ValueTask<string?> LastAsync(string name);

    /// <summary>The state; default where there is none.</summary>
    ValueTask<EvidencePiece?> ReadStateAsync(string name);

    /// <summary>Writes a state.</summary>
    /// <param name="name">The log.</param>
    /// <param name="position">Up to where it goes.</param>
    /// <param name="state">The state.</param>
    /// <param name="replaces">Whether it may take the place of one that goes less far; else only where there is none.</param>
    /// <returns>Whether it stands there now.</returns>
    ValueTask<bool?> OfferStateAsync(string name, string position, byte[] state, bool replaces);

    /// <summary>How many pieces <see cref="ReadAsync"/> gives at a time.</summary>
    int MostPieces { get; }
}
