using AiGateway.Semantics.Acceptance;

namespace AiGateway.CacheQuality.Reports;

/// <summary>The built-in judge held against the labels, on the nearest cached text of each question that no fact vetoes.</summary>
/// <param name="WrongHits">Would-be hits whose labels differ.</param>
/// <param name="FalseAccepts">Of these, the ones judged right.</param>
/// <param name="RightHits">Would-be hits whose labels agree.</param>
/// <param name="FalseRejects">Of these, the ones judged wrong.</param>
/// <param name="Assumed">What the acceptance model was told.</param>
internal sealed record JudgeQuality(int WrongHits, int FalseAccepts, int RightHits, int FalseRejects, JudgeError Assumed)
{
    internal double FalseAcceptShare => WrongHits == 0 ? 0 : (double)FalseAccepts / WrongHits;

    internal double FalseRejectShare => RightHits == 0 ? 0 : (double)FalseRejects / RightHits;
}
