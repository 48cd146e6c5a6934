namespace AiGateway.Semantics.Facts;

/// <summary>The part a function word plays; of prepositions and conjunctions also which role they give to the words behind them.</summary>
internal enum WordRole : byte
{
    /// <summary>A word with content.</summary>
    None,

    Determiner,
    Pronoun,
    Auxiliary,

    /// <summary>Words that say how much or how sure; where they stand and whether they stand there rarely changes what is asked.</summary>
    Light,

    Negation,
    Coordinator,
    Comma,
    SentenceEnd,

    QuestionWhat,
    QuestionWhich,
    QuestionWho,
    QuestionWhen,
    QuestionWhere,
    QuestionWhy,
    QuestionHow,

    ModalPossible,
    ModalFuture,
    ModalAdvised,
    ModalRequired,

    SubordinatorIf,
    SubordinatorBecause,
    SubordinatorWhile,

    PrepositionAt,
    PrepositionOf,
    PrepositionTo,
    PrepositionFrom,
    PrepositionBy,
    PrepositionWith,
    PrepositionWithout,
    PrepositionThan,
    PrepositionLike,
    PrepositionAgainst,
    PrepositionUnder,
    PrepositionOver,
    PrepositionBefore,
    PrepositionAfter,
    PrepositionBetween,
    PrepositionAcross,
    PrepositionOut,
    PrepositionUp,
    PrepositionDown,
    PrepositionBehind,
    PrepositionBeyond,
    PrepositionInstead,
}
