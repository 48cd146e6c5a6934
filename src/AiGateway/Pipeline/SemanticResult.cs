namespace AiGateway.Pipeline;

/// <summary>What came of looking for a question that means the same. A closed set: label of metrics, in records and headers.</summary>
internal enum SemanticResult
{
    /// <summary>Its answer was served.</summary>
    Served,

    /// <summary>Its answer would have been served, were it not a trial.</summary>
    WouldServe,

    /// <summary>Asked upstream; what comes is compared with the kept answer.</summary>
    Checked,

    /// <summary>Too likely to be wrong, and not drawn to be compared.</summary>
    Untrusted,

    /// <summary>A fact differs.</summary>
    Vetoed,

    /// <summary>Nothing was asked before that it could be compared with.</summary>
    NothingNear,

    /// <summary>The answer is not kept any more, or too old.</summary>
    AnswerGone,

    /// <summary>The request does not end with one text of its user.</summary>
    NoText,

    /// <summary>The embedder has no words for it.</summary>
    NotRepresentable,

    /// <summary>The text is longer than is compared.</summary>
    TooLong,

    /// <summary>Too many texts wait to be embedded.</summary>
    Busy,

    /// <summary>There is no sound vector, or something broke.</summary>
    Failed,

    /// <summary>The embedder is being loaded, or could not be.</summary>
    NotReady,

    /// <summary>The index that nodes share could not be asked, or not in time.</summary>
    IndexAway,

    /// <summary>The caller has spent its tokens or money, and gets only what is certain.</summary>
    Spent,
}
