namespace AiGateway.Semantics.Facts;

/// <summary>The kinds of answer that a question may ask for. "What is the best way to" asks both what and how, so these are flags.</summary>
[Flags]
internal enum QuestionForms : ushort
{
    /// <summary>No question that is recognised.</summary>
    None = 0,

    What = 1,
    Who = 2,
    When = 4,
    Where = 8,
    Why = 16,
    How = 32,
    HowMany = 64,
    HowMuch = 128,
    HowLong = 256,

    /// <summary>How old, how far, how often, how big.</summary>
    HowFar = 512,

    YesOrNo = 1024,
}
