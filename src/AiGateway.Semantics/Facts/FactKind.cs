namespace AiGateway.Semantics.Facts;

/// <summary>What two texts may disagree about although they are similar. Where several disagree, the first that is found is named.</summary>
internal enum FactKind
{
    /// <summary>They agree.</summary>
    None,

    /// <summary>A text is too long to be checked, which counts as a disagreement.</summary>
    Length,

    /// <summary>Written in other languages or scripts.</summary>
    Language,

    /// <summary>Other code between backticks.</summary>
    Code,

    /// <summary>Another amount of money or another currency.</summary>
    Money,

    /// <summary>Another percentage.</summary>
    Percentage,

    /// <summary>Another number with a unit.</summary>
    Quantity,

    /// <summary>Another date, month or year.</summary>
    Date,

    /// <summary>Another time of the day.</summary>
    Time,

    /// <summary>Another bare number.</summary>
    Number,

    /// <summary>Other words in quotation marks.</summary>
    Quote,

    /// <summary>Another identifier, version, file name, address, formula sign or emoji.</summary>
    Token,

    /// <summary>One text negates what the other does not.</summary>
    Negation,

    /// <summary>Opposite words: before and after, buy and sell.</summary>
    Opposite,

    /// <summary>Another name or other rare word.</summary>
    Name,

    /// <summary>Another kind of answer is asked for: who and when, how and why.</summary>
    Question,

    /// <summary>Can, should and will of a question that is answered by yes or no.</summary>
    Modality,

    /// <summary>The same words in other roles: A beats B, B beats A.</summary>
    Order,
}
