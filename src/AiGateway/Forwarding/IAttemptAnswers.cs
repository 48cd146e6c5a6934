using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>What is particular to the answers of one kind of request; which kind it is <see cref="AttemptServices.AnswersTo"/> says.</summary>
internal interface IAttemptAnswers
{
    /// <summary>Reads an answer of any status until it may be committed. On success the result owns the response and the timer.</summary>
    ValueTask<AttemptResult> ReadAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, AttemptTimer timer);

    /// <summary>Whether a failure may rest the key or the deployment for everyone's other requests too.</summary>
    bool RestsOthers(AttemptOutcome outcome);
}
